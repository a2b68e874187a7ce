"""Moments that tests count from."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def days_ago(days: int, zone: ZoneInfo | None = None) -> datetime:
    """The same time of day so many days ago: days last 23 or 25 hours where the clock is changed, in `zone` or here."""
    return timezone.localtime(timezone=zone) - timedelta(days=days)
