"""What leaves the outbox at night: mail that was sent or dropped long ago. What was not sent stays, however old."""

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salescrm.background.chores import Chore, since
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.mail.outbox import mails

SLICE = 1000


def _clear() -> int:
    start, count = since(settings.MAIL_DAYS), 0
    kinds = [mail.name for mail in mails().values() if not mail.stays]
    over = Q(sent_at__lt=start) | Q(state=MailState.DROPPED, requested_at__lt=start)
    old = OutgoingMail.objects.filter(over, kind__in=kinds).order_by("pk")
    while keys := list(old.values_list("pk", flat=True)[:SLICE]):
        count += OutgoingMail.objects.filter(pk__in=keys).delete()[0]
    return count


CHORE = Chore("mail", _("Mail that was sent or dropped"), _clear, "MAIL_DAYS")
