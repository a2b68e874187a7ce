"""The mail with a link to choose another password: every attempt to send it makes a link of its own."""

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy

from salescrm.accounts.users import addressee
from salescrm.mail.models import OutgoingMail
from salescrm.mail.outbox import Mail


def _compose(mail: OutgoingMail) -> EmailMessage:
    user = addressee(mail)
    protocol, _separator, domain = mail.site.partition("://")
    context = {
        "user": user, "protocol": protocol, "domain": domain, "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }  # fmt: skip
    with translation.override(user.language):
        subject = render_to_string("registration/password_reset_subject.txt", context)
        body = render_to_string("registration/password_reset_email.html", context)
    return EmailMessage(" ".join(subject.split()), body, to=[mail.to])


RESET = Mail("reset", gettext_lazy("A new password"), _compose)
