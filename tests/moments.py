"""Moments that tests count from."""

from datetime import datetime, timedelta

from django.utils import timezone


def days_ago(days: int) -> datetime:
    """The same time of day so many days ago: days last 23 or 25 hours where the clock is changed."""
    return timezone.localtime() - timedelta(days=days)
