"""A user's next steps and meetings as a calendar that other programs read, under an address only the user knows."""

from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from sales.models import Sale, SaleNote
from sales.models.desk import CalendarFeed, secret
from sales.notes import coming_meetings
from salescrm.calendar import EARLIEST, LATEST
from salescrm.models import Organisation, User
from salescrm.money import format_money

MOST = 1000  # events of a kind: the earliest steps, the latest meetings
PAST = timedelta(days=366)  # for so long a meeting stays in the calendar: people look back
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def renew(user: User) -> CalendarFeed:
    """Give the user's calendar a new address; the former one, if any, no longer works."""
    feed, _made = CalendarFeed.objects.update_or_create(user=user, defaults={"secret": secret()})
    return feed


def switch_off(user: User) -> None:
    """End the address of the user's calendar."""
    CalendarFeed.objects.filter(user=user).delete()


def reader_of(secret: str) -> User | None:
    """Whose calendar this address shows; nobody's when it was revoked or its user has left.

    A secret of 256 random bits is found by its index: nothing can be learned from how long that takes.
    """
    feed = CalendarFeed.objects.filter(secret=secret, user__is_active=True).select_related("user").first()
    return feed.user if feed else None


def calendar_of(user: User, *, root: str) -> bytes:
    """The next steps with a day of the user's own open sales and the meetings of all their sales, in their language.

    Meetings of the past year stay in it: a calendar program removes what is no longer in the feed. `root` begins every
    link.
    """
    own = Sale.objects.visible_to(user).filter(owner=user)
    steps = own.open().filter(next_step_on__range=(EARLIEST, LATEST))  # an odd year of long ago is in no calendar
    sales = steps.select_related("customer", "phase", "contact__person").order_by("next_step_on", "pk")[:MOST]
    with translation.override(user.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Sales CRM//Next steps//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Next steps of %(name)s") % {"name": user})
        calendar.add("x-wr-timezone", Organisation.current().time_zone)
        calendar.add("refresh-interval", timedelta(minutes=30), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT30M")
        for sale in sales:
            calendar.add_component(_event(sale, root))
        meetings = coming_meetings(own, since=timezone.now() - PAST).filter(at__year__lte=LATEST.year)
        for meeting in reversed(meetings.reverse()[:MOST]):
            calendar.add_component(_meeting(meeting, root))
        return calendar.to_ical()


def _event(sale: Sale, root: str) -> Event:
    event, link = Event(), f"{root}{sale.get_absolute_url()}"
    event.add("uid", f"sale-{sale.pk}-next-step@{root.partition('://')[2]}")
    event.add("dtstamp", sale.updated_at)
    event.add("last-modified", sale.updated_at)
    event.add("sequence", sale.version)
    event.add("dtstart", sale.next_step_on)
    event.add("dtend", sale.next_step_on + DAY)
    event.add("transp", "TRANSPARENT")
    event.add("summary", _title(sale))
    event.add("description", "\n".join([*_lines(sale), link]))
    event.add("url", link)
    return event


def _meeting(note: SaleNote, root: str) -> Event:
    """A meeting as an event of an hour: only its beginning is known."""
    event, link = Event(), f"{root}{note.sale.get_absolute_url()}"
    event.add("uid", f"sale-note-{note.pk}@{root.partition('://')[2]}")
    event.add("dtstamp", note.updated_at)
    event.add("last-modified", note.updated_at)
    event.add("sequence", note.version)
    event.add("dtstart", note.at)
    event.add("dtend", note.at + HOUR)
    words = {"sale": note.sale.subject, "customer": note.sale.customer}
    event.add("summary", _("Meeting: %(sale)s (%(customer)s)") % words)
    event.add("description", "\n".join([note.text, link]))
    event.add("url", link)
    return event


def _title(sale: Sale) -> str:
    words = {"step": sale.next_step, "sale": sale.subject, "customer": sale.customer}
    return (_("%(step)s: %(sale)s (%(customer)s)") if sale.next_step else _("%(sale)s (%(customer)s)")) % words


def _lines(sale: Sale) -> list[str]:
    amount = format_money(sale.expected_revenue, translation.get_language()) if sale.expected_revenue else "–"
    lines = [
        _("Expected revenue: %(amount)s") % {"amount": amount},
        _("Phase: %(phase)s, %(percent)s %%") % {"phase": sale.phase, "percent": sale.probability},
    ]
    if sale.contact:
        details = [sale.contact.person.name, sale.contact.phone, sale.contact.mobile, sale.contact.email]
    else:
        details = [sale.customer.phone, sale.customer.mobile, sale.customer.email]
    if any(details):
        lines.append(_("Contact: %(contact)s") % {"contact": ", ".join(filter(None, details))})
    return lines
