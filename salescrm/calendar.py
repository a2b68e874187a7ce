"""What day it is, and months: the one clock of the whole product (rule 21)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from salescrm.models import Organisation
from salescrm.money import written_in

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)  # the days there are, on every route (rule 20)
YEARS = _("The year lies between 1900 and 2199.")


def today() -> date:
    """Today's date in the organisation's time zone, or the day frozen by the setting TODAY (rule 21)."""
    if settings.TODAY:
        return settings.TODAY
    return timezone.now().astimezone(organisation_zone()).date()


def organisation_zone() -> ZoneInfo:
    """The organisation's time zone; moments are displayed and days are determined in it."""
    return ZoneInfo(Organisation.current().time_zone)


def day_of(moment: datetime) -> date:
    """The calendar day of an aware moment in the organisation's time zone."""
    return moment.astimezone(organisation_zone()).date()


def in_reach(day: date) -> bool:
    """Whether a day, or a moment by the day it is written with, lies in the years of rule 20."""
    return EARLIEST.year <= day.year <= LATEST.year


def check_year(day: date | None) -> None:
    """Refuse a day or moment outside the years of rule 20; no day at all is fine."""
    if day is not None and not in_reach(day):
        raise ValidationError(YEARS, code="year")


def odd_years(days: dict[str, date | None]) -> dict:
    """The errors of those of these days that lie outside the years of rule 20, by the name of their field."""
    return {name: YEARS for name, day in days.items() if day is not None and not in_reach(day)}


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
