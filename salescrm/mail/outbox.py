"""Mail goes out by itself: `post` stores it in the transaction that asks for it, the worker sends it.

Every mail goes out once. What fails before the server could take it is tried again; where nobody knows whether the
server took it (it fell silent, the process was killed) the mail is `unsure`, and only a person sends it again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from salescrm.background.queue import Kind, alone, enqueue, pause
from salescrm.background.worker import is_alive
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.mail.smtp import EmailBackend, deadline, is_final, readable
from salescrm.models import Organisation, User
from salescrm.versions import lock_all

logger = logging.getLogger(__name__)
PATIENCE = timedelta(days=2)  # how long a mail is tried again
SECONDS, AT_MOST = 20, 60  # a mail server may be silent, and may take in all
SHORT = 5  # the first of the two while somebody waits for the page; in all twice as long
State = MailState
AT_WORK = (State.UNDERWAY, State.HANDOVER)


class ObsoleteError(Exception):
    """There is nothing to send any more; the message says why."""


class OvertakenError(Exception):
    """Another process is sending the mail: this one lost its connection to the database, and its lock with it."""


@dataclass(frozen=True)
class Mail:
    """A kind of mail, named in settings.MAILS.

    `compose` makes the message; it raises ObsoleteError when its record is gone. What the record has to know of the
    outcome is done by `after`, of what a person decided (nobody: a restore) by `decision`, in the same transaction. A
    mail that `stays` is part of the history of its record.
    """

    name: str
    label: Promise
    compose: Callable[[OutgoingMail], EmailMessage]
    after: Callable[[OutgoingMail], None] = lambda mail: None
    decision: Callable[[list[OutgoingMail], str, User | None], None] = lambda rows, deed, by: None
    stays: bool = False


def mails() -> dict[str, Mail]:
    """Every kind of mail by its name."""
    return {mail.name: mail for mail in map(import_string, settings.MAILS)}


@transaction.atomic
def post(
    kind: str, record: int, *, to: str, by: User | None, site: str = "", subject: str = "", text: str = ""
) -> OutgoingMail:
    """Have a mail sent, as soon as the transaction is committed."""
    mail = OutgoingMail.objects.create(
        kind=kind, record=record, to=to, by=by, site=site, subject=subject, text=text, due_at=timezone.now(),
        message_id=make_msgid(domain="outbox.salescrm"),
    )  # fmt: skip
    enqueue(KIND, mail.pk)
    return mail


@transaction.atomic
def renew(kind: str, record: int, *, to: str, by: User | None, site: str) -> OutgoingMail:
    """As `post`, of a mail that is never sent twice for one wish: one that has not arrived is sent again instead.

    One to another address, or on hold, gives way to a new one. Of two wishes at the same moment the second waits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [f"{__name__}.{kind}", record])
    last = OutgoingMail.objects.filter(kind=kind, record=record).order_by("pk").last()
    if last and last.to == to and (last.state in AT_WORK or change(last, "again")):
        OutgoingMail.objects.filter(pk=last.pk).update(by=by, site=site)
        return last
    if last:
        change(last, "drop")
    return post(kind, record, to=to, by=by, site=site)


def try_once(mail: OutgoingMail) -> None:
    """Send it in this process where no worker lives, because somebody waits for it. Trying again is the worker's."""
    if not is_alive():
        with alone(KIND.name, mail.pk) as is_alone:
            if is_alone:
                send(mail.pk, seconds=SHORT, at_most=2 * SHORT)
    mail.refresh_from_db()


def send(pk: int, *, seconds: int = SECONDS, at_most: int = AT_MOST) -> None:
    """Send a mail that is due; nobody else is at it (`alone`), so what began before was broken off."""
    mail = OutgoingMail.objects.get(pk=pk)
    if mail.due_at is None or mail.due_at > timezone.now():
        return
    if mail.state == State.HANDOVER:  # the program was ended while the mail server was taking it
        _settle(mail, State.UNSURE)
    elif _begin(mail):
        backend: Any = None
        try:
            backend = mailers.create_connection("default")
            backend.timeout = seconds
            _hand_over(mail, backend, at_most)
        except OvertakenError:
            logger.warning("Mail %s is being sent by another process.", mail.pk)
        except DatabaseError:
            raise  # nothing can be stored: it is found again as it stands
        except ObsoleteError as error:
            _settle(mail, State.FAILED, str(error))
        except Exception as error:
            _fail(mail, error, is_unsure=getattr(backend, "is_unsure", False))
        else:
            _settle(mail, State.SENT)


def _begin(mail: OutgoingMail) -> bool:
    """One more attempt, unless somebody has just dropped the mail."""
    known = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state__in=(State.WAITING, State.UNDERWAY))
    mail.state, mail.attempts = State.UNDERWAY, mail.attempts + 1
    return bool(known.update(state=mail.state, attempts=mail.attempts))


def _hand_over(mail: OutgoingMail, backend: Any, at_most: int) -> None:
    with translation.override(mail.by.language if mail.by else Organisation.current().language):
        message = mails()[mail.kind].compose(mail)
    message.extra_headers["Message-ID"] = mail.message_id
    if isinstance(backend, EmailBackend):
        backend.on_handover = lambda: _begin_handover(mail)
    else:  # it does not tell
        _begin_handover(mail)
    with deadline(backend, at_most):
        try:
            backend.send_messages([message])
        finally:
            backend.close()


def _begin_handover(mail: OutgoingMail) -> None:
    """From here on nobody knows whether it arrived, unless the server's answer is stored."""
    if not _store(mail, (State.UNDERWAY,), state=State.HANDOVER):
        raise OvertakenError


def _fail(mail: OutgoingMail, error: Exception, *, is_unsure: bool) -> None:
    text = readable(error)
    is_fault = not isinstance(error, OSError | ValueError)  # smtplib's errors are OSErrors; an address may be wrong
    logger.warning("Mail %s could not be sent: %s", mail.pk, text, exc_info=error if is_fault else None)
    if is_unsure:
        _settle(mail, State.UNSURE, text)
    elif is_final(error) or timezone.now() - mail.requested_at > PATIENCE:
        _settle(mail, State.FAILED, text)
    else:
        _store(mail, AT_WORK, state=State.WAITING, last_error=text, due_at=pause(mail.attempts))


@transaction.atomic
def _settle(mail: OutgoingMail, state: MailState, error: str = "") -> None:
    """Store how it ended, and let the record know."""
    known = (*AT_WORK, State.UNSURE) if state == State.SENT else AT_WORK
    sent_at = timezone.now() if state == State.SENT else None
    is_stored = _store(mail, known, state=state, last_error=error, due_at=None, sent_at=sent_at)
    if is_stored and (kind := mails().get(mail.kind)):
        kind.after(mail)


def _store(mail: OutgoingMail, known: tuple[MailState, ...], **values: Any) -> bool:
    """Change a mail that is in one of these states and in no later attempt; False when it is not."""
    for name, value in values.items():
        setattr(mail, name, value)
    return bool(OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state__in=known).update(**values))


@transaction.atomic
def decide(mail: OutgoingMail, deed: str, *, by: User) -> bool:
    """What a person decides, on whichever page: as `change`, and the record of the mail learns of it."""
    is_done = change(mail, deed)
    if is_done:
        mail.refresh_from_db()
        _report([mail], deed, by)
    return is_done


def _report(rows: list[OutgoingMail], deed: str, by: User | None) -> None:
    for kind in mails().values():
        if of_kind := [mail for mail in rows if mail.kind == kind.name]:
            kind.decision(of_kind, deed, by)


@transaction.atomic
def change(mail: OutgoingMail, deed: str) -> bool:
    """Bring a mail into another state: `again`, `drop`, `release`, or that it has `arrived`.

    False when the mail is not in a state for it, or in another one than the person saw (`mail`).
    """
    rows = OutgoingMail.objects.filter(pk=mail.pk, state__in={mail.state} & {*DEEDS[deed]})
    now = timezone.now()
    if deed == "drop":
        return bool(rows.update(state=State.DROPPED, due_at=None))
    if deed == "arrived":
        return bool(rows.update(state=State.SENT, sent_at=now, last_error=""))
    if not rows.update(state=State.WAITING, due_at=now, requested_at=now):
        return False
    enqueue(KIND, mail.pk)
    return True


def release_all(*, by: User | None = None) -> int:
    """Have everything sent that is on hold; gives how many. The next sweep finds it."""
    now = timezone.now()
    return _change_all("release", (State.ON_HOLD,), by, state=State.WAITING, due_at=now, requested_at=now)


def hold_all() -> int:
    """Send nothing of what has not been sent yet, until an administrator releases it; gives how many."""
    return _change_all("hold", (State.WAITING, *AT_WORK), None, state=State.ON_HOLD, due_at=None)


@transaction.atomic
def _change_all(deed: str, known: tuple[MailState, ...], by: User | None, **values: Any) -> int:
    rows = lock_all(OutgoingMail.objects.filter(state__in=known))
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in rows]).update(**values)
    _report(rows, deed, by)
    return len(rows)


DEEDS = {
    "again": (State.WAITING, State.FAILED, State.UNSURE),
    "arrived": (State.UNSURE,),
    "release": (State.ON_HOLD,),
    "drop": (State.WAITING, State.FAILED, State.UNSURE, State.ON_HOLD),
}
KIND = Kind("mail", OutgoingMail.objects.all, send, lambda: None)
