"""Who works here and with which role: adding, inviting, changing and deactivating users (rule 23)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salescrm.accounts.roles import ADMINISTRATOR
from salescrm.mail.models import OutgoingMail
from salescrm.mail.outbox import Mail, ObsoleteError, renew
from salescrm.models import Organisation, Team, User
from salescrm.versions import claim, commit, commit_all, lock, lock_all, once


def role_of(user: User) -> str:
    """The name of the one role (group) of a user, empty without one."""
    group = next(iter(user.groups.all()), None)
    return group.name if group else ""


@transaction.atomic
def add_user(
    *, email: str, name: str, language: str, role: str, teams: Iterable[Team] = (), password: str | None = None
) -> User:
    """Create a user with a role; without a password only the link of an invitation lets them in."""
    user = User.objects.create_user(email, password, name=name, language=language)
    user.groups.set([Group.objects.get(name=role)])
    user.teams.set(teams)
    return user


@transaction.atomic
def change_user(
    user: User, *, values: dict, role: str, version: int, by: User, teams: Collection[Team] | None = None
) -> User:
    """Store name, e-mail address and language, give another role, and other teams where any are named.

    Refuses a stale version (rule 6), and to take the role away from the last administrator who may log in, or from
    oneself. Raises the versions of the teams that it changes. The same values change nothing.
    """
    _lock_administrators()
    known = [] if teams is None else _lock_teams({team.pk for team in teams} | _teams_of(user))
    wanted = None if teams is None else {team.pk for team in known if team in teams}

    def is_same(stored: User) -> bool:
        alike = all(getattr(stored, name) == value for name, value in values.items()) and role_of(stored) == role
        return alike and (wanted is None or _teams_of(stored) == wanted)

    stored, _repeated = claim(User.objects.all(), user.pk, version=version, by=by, no_key=True, same=is_same)
    if is_same(stored):
        return stored
    if role != ADMINISTRATOR and role_of(stored) == ADMINISTRATOR:
        if stored.pk == by.pk:
            raise ValidationError({"role": _("You cannot take your own role away.")}, code="oneself")
        _require_another_administrator(stored, field="role")
    stored.groups.set([Group.objects.get(name=role)])
    if wanted is not None:
        commit_all([team for team in known if team.pk in wanted ^ _teams_of(stored)], by=by)
        stored.teams.set(wanted)
    return _store(stored, values, by=by)


def _lock_teams(keys: set[int]) -> list[Team]:
    return lock_all(Team.objects.filter(pk__in=keys), no_key=True)


def _teams_of(user: User) -> set[int]:
    return {*user.teams.order_by().values_list("pk", flat=True)}


@transaction.atomic
def change_profile(user: User, *, values: dict, version: int) -> User:
    """Store what people change of themselves, such as their name; the same values change nothing.

    Refuses a stale version (rule 6).
    """

    def is_same(stored: User) -> bool:
        return all(getattr(stored, name) == value for name, value in values.items())

    stored, _repeated = claim(User.objects.all(), user.pk, version=version, by=user, no_key=True, same=is_same)
    return stored if is_same(stored) else _store(stored, values, by=user)


def _store(user: User, values: dict, *, by: User) -> User:
    for name, value in values.items():
        setattr(user, name, value)
    return commit(user, fields=values, by=by)


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Refuse log-in from now on; records keep naming the user. Refuses oneself and the last administrator."""
    _lock_administrators()
    if user.pk == by.pk:
        raise ValidationError(_("You cannot deactivate yourself."), code="oneself")
    if role_of(user) == ADMINISTRATOR:
        _require_another_administrator(user)
    _admit(user, False, by)


@transaction.atomic
def activate(user: User, *, by: User) -> None:
    """Let a user log in again."""
    _admit(user, True, by)


def _admit(user: User, is_active: bool, by: User) -> None:
    stored = lock(User.objects.all(), user.pk, no_key=True)
    if stored.is_active != is_active:
        _store(stored, {"is_active": is_active}, by=by)


def _lock_administrators() -> None:
    """Two administrators who demote each other at the same moment wait for each other here."""
    Group.objects.select_for_update(no_key=True).get(name=ADMINISTRATOR)


def _require_another_administrator(user: User, field: str | None = None) -> None:
    others = User.objects.filter(groups__name=ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.is_active and not others.exists():
        message = _("This is the last administrator who may log in. Make somebody else administrator first.")
        raise ValidationError({field: message} if field else message, code="last")


def invite(user: User, *, site: str, by: User, token: UUID | None = None) -> OutgoingMail:
    """Have a link to choose a password mailed, in the user's language; a button that is clicked twice sends one."""

    def make() -> OutgoingMail:
        return renew(INVITATION.name, user.pk, to=user.email, by=by, site=site)

    return once(token, OutgoingMail, make)


def last_invitations(users: Iterable[User]) -> dict[int, OutgoingMail]:
    """The last one of each of these users that was mailed one and has not logged in yet, by their keys."""
    newcomers = [user.pk for user in users if not user.last_login]
    mails = OutgoingMail.objects.filter(kind=INVITATION.name, record__in=newcomers)
    return {mail.record: mail for mail in mails.order_by("record", "-pk").distinct("record")}


def addressee(mail: OutgoingMail) -> User:
    """Whom a mail with a link lets in; nobody any more when the account was closed or has another address."""
    user = User.objects.filter(pk=mail.record, email=mail.to, is_active=True).first()
    if user is None:
        raise ObsoleteError(_("The account is closed, or has another e-mail address by now."))
    return user


def _compose(mail: OutgoingMail) -> EmailMessage:
    user = addressee(mail)
    link = reverse(
        "password_reset_confirm",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )
    with translation.override(user.language):
        organisation = Organisation.current()
        context = {"user": user, "by": mail.by, "link": f"{mail.site}{link}", "organisation": organisation}
        subject = render_to_string("registration/invitation_subject.txt", context)
        body = render_to_string("registration/invitation.txt", context)
    return EmailMessage(" ".join(subject.split()), body, to=[mail.to])


INVITATION = Mail("invitation", gettext_lazy("Invitation"), _compose)
