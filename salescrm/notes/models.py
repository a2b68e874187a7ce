"""What people write down about a record: notes, calls, mails and meetings, with files (the timeline)."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.html import urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salescrm.files import StoredFile
from salescrm.versions import Versioned
from salescrm.words import folded


class NoteKind(models.TextChoices):
    NOTE = "note", pgettext_lazy("timeline", "Note")
    CALL = "call", pgettext_lazy("timeline", "Call")
    MAIL = "mail", pgettext_lazy("timeline", "E-mail")
    MEETING = "meeting", pgettext_lazy("timeline", "Meeting")
    STEP = "step", pgettext_lazy("timeline", "Step done")


ICONS = {
    NoteKind.NOTE: "chat-bubble-bottom-center-text", NoteKind.CALL: "phone", NoteKind.MAIL: "envelope",
    NoteKind.MEETING: "user-group", NoteKind.STEP: "check-circle",
}  # fmt: skip


OWN_NOTE = folded("note")  # what search looks in for a record with a note of its own


class Note(Versioned):
    """A note, call, mail or meeting, by whom and when; a subclass adds the record it is about."""

    objects: ClassVar[models.Manager[Self]]  # every subclass has its own
    # A Notebook sets these for the reader of a note: the addresses of its pages and of its files.
    change_url: str
    remove_url: str
    links: list[tuple[StoredFile, str]]

    Kind = NoteKind
    CHANGED = _("%(who)s changed this note after you opened it. Nothing of yours was stored.")
    WORDS = folded("text")  # what search looks in

    kind = models.CharField(_("kind"), max_length=10, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    files = models.ManyToManyField(StoredFile, related_name="%(class)ss", editable=False)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return ICONS[NoteKind(self.kind)]

    @property
    def is_planned(self) -> bool:
        """Whether it still lies ahead."""
        return self.at > timezone.now()

    @property
    def body(self) -> SafeString:
        """The text with its addresses as links, and everything else exactly as it was typed."""
        linked = urlize(self.text, nofollow=True, autoescape=True)
        return SafeString(linked.replace('rel="nofollow"', 'rel="nofollow noopener noreferrer"'))
