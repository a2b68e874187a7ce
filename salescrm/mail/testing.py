"""The mail an administrator sends to try the mail server."""

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salescrm.mail.models import OutgoingMail
from salescrm.mail.outbox import Mail, post
from salescrm.models import Organisation, User


def send_test(user: User) -> OutgoingMail:
    """A mail to an administrator's own address."""
    return post(TEST.name, user.pk, to=user.email, by=user)


def _compose(mail: OutgoingMail) -> EmailMessage:
    words = {"name": Organisation.current().name}
    subject = " ".join((_("Test mail of the sales CRM of %(name)s") % words).split())
    body = _("This mail shows that mail from the sales CRM of %(name)s arrives.") % words
    return EmailMessage(subject, f"{body}\n", to=[mail.to])


TEST = Mail("test", gettext_lazy("Test mail"), _compose)
