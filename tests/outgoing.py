"""Mail as the worker would send it, in the process of the test."""

from salescrm.background.queue import due
from salescrm.mail import outbox
from salescrm.mail.models import OutgoingMail


def deliver() -> None:
    """Try everything that is due, once."""
    for pk in due(OutgoingMail.objects.all()).values_list("pk", flat=True):
        outbox.send(pk)
