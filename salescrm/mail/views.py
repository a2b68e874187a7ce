"""Settings > Outgoing mail: what became of every mail, and what an administrator decides about it."""

from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from salescrm.background.worker import is_alive
from salescrm.listing.columns import Column
from salescrm.listing.state import Listing
from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.mail.outbox import AT_WORK, DEEDS, mails, release_all, try_once
from salescrm.mail.testing import TEST, send_test
from salescrm.pages import Request, leave, page

may_look = permission_required("salescrm.change_user", raise_exception=True)
State = MailState
COLUMNS = {
    "to": Column(pgettext_lazy("mail", "To"), "to"),
    "requested": Column(pgettext_lazy("mail", "Requested on"), "requested_at", figure=True),
    "state": Column(pgettext_lazy("mail", "State"), "state"),
    "deeds": Column(gettext_lazy("Actions"), figure=True),
}
LIST = Listing(COLUMNS, default="-requested", files=False)
STATES = [
    ("", gettext_lazy("All")),
    ("open", pgettext_lazy("mail", "not sent")),
    *((state.value, state.label) for state in State if state not in AT_WORK),
]
OPEN = (State.WAITING, *AT_WORK, State.FAILED, State.UNSURE, State.ON_HOLD)


class MailFilter(forms.Form):
    """Narrows the list to one state."""

    state = forms.ChoiceField(label=pgettext_lazy("mail", "State"), choices=STATES, required=False)


class Entry(NamedTuple):
    """A mail as the list shows it; never what it says."""

    mail: OutgoingMail
    label: Promise | str
    tone: str
    deeds: list[str]


def _entry(mail: OutgoingMail) -> Entry:
    kind = mails().get(mail.kind)
    deeds = [deed for deed, states in DEEDS.items() if mail.state in states]
    return Entry(mail, kind.label if kind else mail.kind, mail.tone, deeds)


@require_safe
@may_look
def index(request: Request) -> HttpResponse:
    """Every mail, the last one first; the filter, the order and the page stand in the address."""
    listed, form = LIST.read(request.GET, MailFilter.base_fields), MailFilter(request.GET)
    if not form.is_valid():
        raise BadRequest("unknown state")
    every = OutgoingMail.objects.select_related("by")
    states = {"": State.values, "open": OPEN}.get(form.cleaned_data["state"], [form.cleaned_data["state"]])
    mails = every.filter(state__in=states)
    rows = listed.page_of(listed.ordered(mails), count=mails.count())
    context = {
        "form": form, "state": listed, "columns": listed.heads(), "rows": rows, "entries": [*map(_entry, rows)],
        "is_alive": is_alive(), "waiting": every.filter(state__in=(State.WAITING, *AT_WORK)).count(),
        "held": every.filter(state=State.ON_HOLD).count(),
    }  # fmt: skip
    return page(request, "mail/index.html", context, part="rows")


def _test(request: Request) -> dict:
    """The last test mail of this administrator."""
    last = OutgoingMail.objects.filter(kind=TEST.name, record=request.user.pk).first()
    return {"tried": _entry(last) if last else None, "is_going": last and last.state in (State.WAITING, *AT_WORK)}


@may_look
def test(request: Request) -> HttpResponse:
    """Send the administrator a mail, and show what became of it."""
    if request.method != "POST":
        return page(request, "mail/test.html", {"is_alive": is_alive(), **_test(request)}, part="test")
    try_once(send_test(request.user))
    return leave(request, "settings:mail-test")


@require_POST
@may_look
def release(request: Request) -> HttpResponse:
    """Have everything sent that is on hold."""
    release_all(by=request.user)
    messages.success(request, _("What was on hold will be sent."))
    return leave(request, "settings:mail")


@may_look
def decide(request: Request, pk: int, deed: str) -> HttpResponse:
    """Try a mail again, drop it, release it, or say that it has arrived; said before is what cannot be undone, and
    what may arrive twice.
    """
    if deed not in DEEDS:
        raise Http404
    mail = get_object_or_404(OutgoingMail, pk=pk)
    if request.method != "POST":
        return page(request, "mail/decide.html", {"row": _entry(mail), "deed": deed}, part="dialog")
    if mail.state != request.POST.get("state") or not outbox.decide(mail, deed, by=request.user):
        mail.refresh_from_db()
        words = {"to": mail.to, "state": mail.get_state_display()}
        messages.warning(request, _("The mail to %(to)s is %(state)s by now. Nothing was changed.") % words)
        return leave(request, "settings:mail")
    if deed == "drop":
        messages.success(request, _("The mail to %(to)s will not be sent.") % {"to": mail.to})
    elif deed == "arrived":
        messages.success(request, _("The mail to %(to)s counts as sent.") % {"to": mail.to})
    else:
        try_once(mail)
        _tell(request, mail)
    return leave(request, "settings:mail")


def _tell(request: Request, mail: OutgoingMail) -> None:
    words = {"to": mail.to, "error": mail.last_error}
    if mail.state == State.SENT:
        messages.success(request, _("The mail to %(to)s has been sent.") % words)
    elif is_alive():
        messages.success(request, _("The mail to %(to)s is being sent.") % words)
    else:
        messages.warning(request, _("The mail to %(to)s could not be sent: %(error)s") % words)
