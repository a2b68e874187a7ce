"""Limits on tries: to log in, with one's old password, for a mail with a link, with the code of the first run.

A try is counted before it is judged, under a lock, so that tries at the same moment all count. A try
that was right is taken off again. No request sleeps: the answer (429) says how long to wait.
"""

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from salescrm.background.chores import Chore
from salescrm.models import Attempts

logger = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 100  # old rows that one try deletes: more than it can make
# Makes the row or reads it, and locks it: one statement, so that nobody can delete it in between.
ROW = """
INSERT INTO salescrm_attempts (key, at, until) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING at, until
"""


class TooMany(ValidationError):
    """Refuses a try for so many seconds, with a sentence that says so."""

    def __init__(self, seconds: int):
        self.seconds = seconds
        super().__init__(_sentence(seconds), code="too_many")


@dataclass(frozen=True)
class Limit:
    """Some tries are free, each one beyond them waits twice as long as the last. They are forgotten one by one."""

    name: str
    setting: str  # how many are free
    first: int  # seconds to wait after the last free one
    forget: int  # seconds after which one try is forgotten

    @property
    def free(self) -> int:
        """How many tries need not wait."""
        return max(1, getattr(settings, self.setting))

    @property
    def most(self) -> int:
        """As many tries as are remembered: the wait does not grow any more."""
        return self.free + 12

    def wait(self, tries: int) -> timedelta:
        """How long after the last of so many tries the next one may come."""
        if tries < self.free:
            return timedelta(0)
        return timedelta(seconds=min(self.first * 2 ** (tries - self.free), settings.LONGEST_WAIT * 60))

    def key(self, subject: object) -> str:
        """The key of the row: a hash, so that it reveals nothing of who tried what."""
        return salted_hmac(f"salescrm.lockout.{self.name}", str(subject), algorithm="sha256").hexdigest()


ACCOUNT = Limit("account", "LOGIN_TRIES", first=10, forget=3600)  # from wherever
BROWSER = Limit("browser", "LOGIN_TRIES", first=10, forget=3600)  # one that has logged in to this account before
CLIENT = Limit("client", "LOGIN_TRIES_PER_CLIENT", first=10, forget=60)  # to whatever account
OLD_PASSWORD = Limit("old password", "LOGIN_TRIES", first=10, forget=3600)
CODE = Limit("code", "LOGIN_TRIES", first=60, forget=3600)
MAIL = Limit("mail", "RESET_MAILS", first=300, forget=3600)  # to one address
MAIL_CLIENT = Limit("mail client", "RESET_MAILS_PER_CLIENT", first=60, forget=600)

type Try = tuple[Limit, object]


@transaction.atomic
def count(*tries: Try) -> None:
    """Count one try against every limit; against none of them, and TooMany, when it has to wait for one."""
    now = timezone.now()
    waits = [_count(limit, subject, now) for limit, subject in sorted(tries, key=lambda one: one[0].name) if subject]
    if longest := max(waits, default=0):
        clients = [subject for limit, subject in tries if limit in (CLIENT, MAIL_CLIENT, CODE)]
        logger.warning("Too many attempts (%s) from %s", tries[-1][0].name, *clients or ["somebody logged in"])
        raise TooMany(longest)
    forget_old()


@transaction.atomic
def forget_old(most: int = FORGOTTEN_AT_ONCE) -> int:
    """Delete so many rows whose tries are all forgotten; gives how many there were. Nobody waits for it."""
    old = Attempts.objects.select_for_update(skip_locked=True).filter(until__lt=timezone.now())
    count, _by_table = Attempts.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()
    return count


def _count(limit: Limit, subject: object, now: datetime) -> int:
    """Count one try, or give the seconds until it may come. The row stays locked to the end of the transaction."""
    key, forget = limit.key(subject), timedelta(seconds=limit.forget)
    with connection.cursor() as cursor:
        cursor.execute(ROW, [key, now, now])
        at, until = cursor.fetchone()
    tries = max(0, ceil((until - now) / forget))
    wait = ceil((at + limit.wait(tries) - now).total_seconds())
    if wait > 0:
        return wait
    Attempts.objects.filter(pk=key).update(at=now, until=min(max(until, now) + forget, now + limit.most * forget))
    return 0


def give_back(limit: Limit, subject: object) -> None:
    """Take off one try that was right; those before it still count."""
    forget = timedelta(seconds=limit.forget)
    Attempts.objects.filter(pk=limit.key(subject)).update(until=F("until") - forget)


def clear(limit: Limit, subject: object) -> None:
    """Forget all tries: after a right one those before it were mistakes."""
    Attempts.objects.filter(pk=limit.key(subject)).delete()


def client_of(request: HttpRequest) -> str:
    """Whom the tries of a request are counted for: an IPv4 address, or the /64 network that one IPv6 line has.

    Behind a trusted proxy it is the address the proxy itself added, which nobody can forge. Empty for who came through
    a local socket of a proxy that is not trusted: everybody would be one.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY:
        text = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip() or text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def explain(response: HttpResponse, form: BaseForm) -> HttpResponse:
    """Give the answer that shows a refused form the status and the header that say how long to wait, if it has to."""
    errors = [error for errors in form.errors.as_data().values() for error in errors]
    if waits := [error.seconds for error in errors if isinstance(error, TooMany)]:
        response.status_code = 429
        response["Retry-After"] = str(max(waits))
    return response


def _sentence(seconds: int) -> str:
    if seconds <= 60:
        words = ngettext(
            "There were too many attempts. Please try again in %(count)d second.",
            "There were too many attempts. Please try again in %(count)d seconds.",
            seconds,
        )
        return words % {"count": seconds}
    minutes = ceil(seconds / 60)
    words = ngettext(
        "There were too many attempts. Please try again in %(count)d minute.",
        "There were too many attempts. Please try again in %(count)d minutes.",
        minutes,
    )
    return words % {"count": minutes}


def _forget_all() -> int:
    return sum(iter(lambda: forget_old(1000), 0))


CHORE = Chore("attempts", _("Failed log-ins that count no more"), _forget_all)
