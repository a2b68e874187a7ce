"""Teams: who works together, and so who sees whose sales when Settings say "own and team" (rule 23)."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    name = models.CharField(
        _("name"), max_length=100, unique=True, error_messages={"unique": _("There is already a team with this name.")}
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="teams", blank=True, verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("settings:team", args=[self.pk])


@transaction.atomic
def store_team(team: Team, *, name: str, members: Iterable) -> Team:
    """Add a team or give it this name and these members. Refuses a name another team has, whatever its capitals."""
    taken = Team.objects.exclude(pk=team.pk).filter(name__iexact=name.strip())
    if taken.exists():
        raise ValidationError({"name": _("There is already a team with this name.")}, code="unique")
    team.name = name.strip()
    team.save()
    team.members.set(members)
    return team


def remove_team(team: Team) -> None:
    """Dissolve a team: its members stay, and no longer see each other's sales through it."""
    Team.objects.filter(pk=team.pk).delete()
