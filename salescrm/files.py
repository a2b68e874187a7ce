"""Files people add: kept outside everything a web server serves, handed out by views that check rights."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def place(instance: "StoredFile", filename: str) -> str:
    """Where a file is kept: a name of our own, so that what people call it never reaches the disk."""
    return f"{instance.key.hex[:2]}/{instance.key.hex}"


class StoredFile(models.Model):
    """One file with the name it was given; what it belongs to points here and decides who may read it."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content = models.FileField(upload_to=place)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="file_has_a_name", violation_error_message=_("A file has a name.")
            )
        ]

    def __str__(self):
        return self.name
