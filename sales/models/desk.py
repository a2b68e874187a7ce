"""What belongs to one user: saved views of the list, and the address of their calendar."""

from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from salescrm.versions import Versioned


class SavedView(Versioned):
    """A filter, sorting and choice of columns of the list of sales under a name: its query string."""

    CHANGED = _("%(who)s changed this view after you opened it. Nothing of yours was stored.")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True, editable=False)
    shared = models.BooleanField(_("everybody may use it"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_name_is_unique_per_user",
                violation_error_message=_("You already have a view with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The list narrowed by its words, with the id of the view they came from."""
        return f"{reverse('sales:list')}?{self.query}{'&' if self.query else ''}view={self.pk}"


def secret() -> str:
    """A random name that cannot be guessed."""
    return token_urlsafe(32)


class CalendarFeed(models.Model):
    """The secret address under which a calendar reads a user's next steps; a new secret ends the old address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    secret = models.CharField(max_length=64, unique=True, default=secret, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.CheckConstraint(
                condition=~Q(secret=""),
                name="calendar_feed_has_a_secret",
                violation_error_message=_("A calendar feed has a secret."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
