"""Teams: who works together, and so who sees whose sales when Settings say "own and team" (rule 23)."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from salescrm.models import Team


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
