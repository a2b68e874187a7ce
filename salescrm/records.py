"""What every record has that two people can edit at once (rule 6)."""

from django.conf import settings
from django.db import models


class Versioned(models.Model):
    """A record with a version that every committed change raises, and a token that makes creating it twice one."""

    version = models.PositiveIntegerField(default=1, editable=False)
    create_token = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class Creation(models.Model):
    """A create form that was sent: the token it carried, and the record that came of it."""

    token = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=100)
    key = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "creation"
        verbose_name_plural = "creations"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
