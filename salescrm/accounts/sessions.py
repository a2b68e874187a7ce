"""Sessions in the database, read by a statement that is written out: every request runs it."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salescrm.background.chores import Chore
from salescrm.errors import outage

SESSION_DATA = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Reads a session by SQL: composing the statement with the ORM takes longer than running it."""

    def load(self) -> dict:
        """What the session holds; of one that is unknown or has ended nothing, and it gets a new key when used."""
        with connection.cursor() as cursor:
            cursor.execute(SESSION_DATA, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    def save(self, must_create: bool = False) -> None:
        """Store what the session holds. One that was ended meanwhile stays ended, and the request still succeeds.

        Django would answer 400 then, also for work that was stored, and also when it is the database that is away.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if cause is not None and outage(cause):
                raise cause from cause.__cause__


def _clear() -> int:
    count, _by_table = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return count


CHORE = Chore("sessions", _("Sessions that have ended"), _clear)
