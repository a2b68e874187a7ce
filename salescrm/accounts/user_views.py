"""Settings > Users: who may log in, and with which role (rule 23)."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from salescrm.accounts import handing_over
from salescrm.accounts.forms import HandOverForm, UserForm
from salescrm.accounts.roles import LABELS
from salescrm.accounts.users import (
    activate,
    add_user,
    change_user,
    deactivate,
    invite,
    last_invitations,
    role_of,
)
from salescrm.background.worker import is_alive
from salescrm.forms.submission import create_form, refusals_in, submitted_token
from salescrm.forms.versioned import VersionedForm
from salescrm.mail.models import OutgoingMail
from salescrm.mail.outbox import try_once
from salescrm.models import Organisation, User
from salescrm.pages import Request, leave, page
from salescrm.versions import Refused, Stale, once

may_change_users = permission_required("salescrm.change_user", raise_exception=True)


def _users() -> QuerySet[User]:
    return User.objects.prefetch_related("groups")


def _owned(user: User) -> dict:
    owned = handing_over.possessions(user)
    return {"basis": owned.basis, "lines": handing_over.lines(owned, user)}


@require_safe
@may_change_users
def index(request: Request) -> HttpResponse:
    """Everybody who may or might log in."""
    users = handing_over.with_possessions(_users()).order_by("-is_active", "name", "pk")
    first = handing_over.kinds()[0]
    invitations = last_invitations(users)
    rows = [(user, LABELS.get(role_of(user), ""), first.address(user), invitations.get(user.pk)) for user in users]
    return page(request, "accounts/users.html", {"rows": rows, "counted": first.label}, part="users")


@may_change_users
def new(request: Request) -> HttpResponse:
    """Add a user, who gets a mail with a link to choose a password."""
    initial = {"language": Organisation.current().language}
    token, made = create_form(request, User)
    if made:  # and invited
        return leave(request, "settings:users")
    form = UserForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        added: dict[User, OutgoingMail] = {}

        def add() -> User:
            user = add_user(**form.cleaned_data)
            added[user] = invite(user, site=_site(request), by=request.user)
            return user

        with refusals_in(form):
            once(token, User, add)
            for user, mail in added.items():  # none of a second click at the same moment, which finds the user
                _send(request, user, mail)
            return leave(request, "settings:users")
    context = {"form": form, "token": token}
    return page(request, "accounts/user.html", context, part="dialog", status=422 if form.errors else 200)


@may_change_users
def edit(request: Request, pk: int) -> HttpResponse:
    """Name, e-mail address, language and role of a user."""
    subject = get_object_or_404(_users(), pk=pk)
    editor = VersionedForm(request, subject, lambda data, user: UserForm(data, instance=user))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                stored = change_user(subject, **editor.form.values(), version=editor.version, by=request.user)
                messages.success(request, _("%(name)s is saved.") % {"name": stored})
                return leave(request, "settings:users")
    except Stale as stale:
        status = 409
        editor.merge(stale)
    context = {
        "subject": subject,
        "invitation": last_invitations([subject]).get(pk),
        "token": uuid4(),
        **editor.context,
    }
    return page(request, "accounts/user.html", context, part="dialog", status=status)


@may_change_users
def access(request: Request, pk: int) -> HttpResponse:
    """Deactivate a user, or let them log in again; what they hold is handed over first or later."""
    subject = get_object_or_404(_users(), pk=pk)
    context = {"subject": subject, **_owned(subject)}
    if request.method != "POST":
        return page(request, "accounts/access.html", context, part="dialog")
    if request.POST.get("admit") not in ("yes", "no"):
        raise BadRequest("admit is yes or no")
    admit = request.POST["admit"] == "yes"
    try:
        activate(subject, by=request.user) if admit else deactivate(subject, by=request.user)
    except ValidationError as error:
        return page(request, "accounts/access.html", {**context, "error": error}, part="dialog", status=422)
    done = _("%(name)s can log in again.") if admit else _("%(name)s can no longer log in.")
    messages.success(request, done % {"name": subject})
    return leave(request, "settings:users")


@may_change_users
def hand_over(request: Request, pk: int) -> HttpResponse:
    """Give everything a colleague holds to another one, after showing how much of every kind that is."""
    subject = get_object_or_404(User, pk=pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, subject=subject)
    context, status = {"form": form, "subject": subject}, 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        to, basis = form.cleaned_data["to"], request.POST.get("basis", "")
        try:
            given = handing_over.hand_over(subject, to=to, basis=basis, by=request.user)
        except Refused as error:
            if error.code == "changed":
                context["error"], status = error, 409
            else:
                form.add_error(None, error)
        else:
            if given.total():
                messages.success(request, _("%(to)s has taken over what %(name)s had.") % {"to": to, "name": subject})
            else:  # a second click, or a colleague was first: perhaps somebody else than `to` has it
                text = _("%(subject)s holds nothing that can be handed over.")
                messages.warning(request, text % {"subject": subject})
            return leave(request, "settings:users")
    context |= _owned(subject)
    return page(request, "accounts/hand_over.html", context, part="dialog", status=status)


@require_POST
@may_change_users
def invitation(request: Request, pk: int) -> HttpResponse:
    """Send the link to choose a password once more."""
    user = get_object_or_404(User.objects.active(), pk=pk)
    token = submitted_token(request) if "token" in request.POST else None
    _send(request, user, invite(user, site=_site(request), by=request.user, token=token))
    return leave(request, "settings:users")


def _site(request: Request) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _send(request: Request, user: User, mail: OutgoingMail) -> None:
    """Send an invitation at once where no worker lives, and say how it stands."""
    try_once(mail)
    words = {"name": user, "email": user.email}
    if mail.state == mail.State.SENT:
        messages.success(request, _("%(email)s has been sent a link to choose a password.") % words)
    elif is_alive():
        messages.success(request, _("%(email)s is being sent a link to choose a password.") % words)
    else:
        text = _("%(name)s is saved, but the mail to %(email)s could not be sent. Try the invitation again later.")
        messages.warning(request, text % words)
