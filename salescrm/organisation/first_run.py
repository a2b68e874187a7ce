"""The first run of an empty installation: organisation, lists, roles and the first administrator (rule 24)."""

import base64
import logging

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from salescrm.accounts import lockout
from salescrm.accounts.roles import ADMINISTRATOR, install_roles
from salescrm.accounts.users import add_user
from salescrm.models import Organisation, User

logger = logging.getLogger(__name__)


def is_first_run() -> bool:
    """Whether there is no user yet."""
    return not User.objects.exists()


@transaction.atomic
def set_up(*, organisation: str, language: str, email: str, name: str, password: str) -> User:
    """Create everything an empty installation needs and its first administrator. Refuses when there is a user."""
    install_roles()
    Group.objects.select_for_update().get(name=ADMINISTRATOR)  # two at the same moment: one waits, then is refused
    if not is_first_run():
        raise ValidationError(_("This installation is set up already: there is a user."), code="done")
    import_string(settings.DEFAULTS)(language)
    Organisation.objects.filter(pk=1).update(name=organisation, language=language)
    Organisation.forget()
    return add_user(email=email, name=name, language=language, role=ADMINISTRATOR, password=password)


def set_up_code() -> str:
    """The code of this installation: the same in every process, known to who can read the log or the database.

    Made of the secret key and the moment this database was migrated; worthless once there is a user.
    """
    migrated = MigrationRecorder.Migration.objects.order_by("pk").values_list("applied", flat=True).first()
    digest = salted_hmac("sales.first_run", str(migrated), secret=settings.SECRET_KEY, algorithm="sha256").digest()
    text = base64.b32encode(digest[:10]).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def announce_code() -> None:
    """Write the code to the server's log, at most once a minute per process; the page never shows it."""
    if cache.add("first-run-code-announced", True, 60):
        logger.warning("Set-up code of this installation: %s", set_up_code())


def check_code(typed: str, client: str) -> None:
    """Refuse a wrong code (it has eighty bits), and any code of a client who sent too many wrong ones (TooMany)."""
    lockout.count((lockout.CODE, client))
    if not constant_time_compare("".join(typed.lower().split()), set_up_code()):
        raise ValidationError(_("This is not the code in the server's log."), code="code")
    lockout.clear(lockout.CODE, client)
