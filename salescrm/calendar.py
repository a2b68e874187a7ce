"""What day it is, and months: the one clock of the whole product (rule 21)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language

from salescrm.models import Organisation
from salescrm.money import written_in


def today() -> date:
    """Today's date in the organisation's time zone, or the day frozen by the setting TODAY (rule 21)."""
    if settings.TODAY:
        return settings.TODAY
    return timezone.now().astimezone(organisation_zone()).date()


def organisation_zone() -> ZoneInfo:
    """The organisation's time zone; every moment is shown and every day is decided in it."""
    return ZoneInfo(Organisation.current().time_zone)


def day_of(moment: datetime) -> date:
    """The calendar day of an aware moment in the organisation's time zone."""
    return moment.astimezone(organisation_zone()).date()


def month_start(day: date) -> date:
    """The first day of the month that holds `day`."""
    return day.replace(day=1)


def add_months(first: date, months: int) -> date:
    """The first day of the month `months` after (before, if negative) the month of `first`."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def written_day(day: date) -> str:
    """`20 mrt 2026` in Dutch, where months have no capital, `20 Mar 2026` in English."""
    return format_date(day, "j b Y" if written_in(get_language()) == "nl" else "j M Y")
