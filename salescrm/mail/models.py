"""The outbox: every mail that is to go out, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salescrm.background.models import Work


class MailState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("mail", "waiting")
    UNDERWAY = "underway", pgettext_lazy("mail", "being sent")  # nothing of it has been handed over
    HANDOVER = "handover", pgettext_lazy("mail", "being handed over")
    SENT = "sent", pgettext_lazy("mail", "sent")
    FAILED = "failed", pgettext_lazy("mail", "failed")
    UNSURE = "unsure", pgettext_lazy("mail", "unsure")  # it may have arrived: only a person sends it again
    ON_HOLD = "on_hold", pgettext_lazy("mail", "on hold")  # after a restore, until an administrator releases it
    DROPPED = "dropped", pgettext_lazy("mail", "dropped")


UNDECIDED = (MailState.FAILED, MailState.UNSURE, MailState.ON_HOLD)  # nothing more happens until a person decides


class OutgoingMail(Work):
    """One mail to one address.

    It holds which template and which record, never a link that lets somebody in: every attempt makes its own. `subject`
    and `text` are what a sender wrote, empty where the template says it all.
    """

    State = MailState

    kind = models.CharField(_("kind"), max_length=40)  # a name in settings.MAILS
    record = models.BigIntegerField()  # the key of what it is about
    to = models.CharField(_("to"), max_length=254)
    site = models.CharField(max_length=200, blank=True)  # where links lead to
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.WAITING)
    message_id = models.CharField(max_length=200, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(_("requested on"), default=timezone.now)  # by the sender, or to try it again
    sent_at = models.DateTimeField(_("sent on"), null=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-pk"]
        indexes = [models.Index("kind", "record", name="mail_of_record")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_at=None) | models.Q(state__in=["waiting", "underway", "handover"]),
                name="mail_at_rest_is_never_due",
                violation_error_message=_("Only mail that is to go out is sent by itself."),
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at=None) ^ models.Q(state="sent"),
                name="mail_sent_has_a_moment",
                violation_error_message=_("Mail that was sent has a moment, and no other."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.to}"

    @property
    def tone(self) -> str:
        """The colour of its state."""
        tones = {"sent": "good", "failed": "bad", "unsure": "warn", "on_hold": "warn"}
        return tones.get(self.state, "neutral")
