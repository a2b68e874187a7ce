"""Teams: who works together, and so who sees whose sales when Settings say "own and team" (rule 23)."""

from collections.abc import Iterable

from django.db import transaction

from salescrm.models import Team


@transaction.atomic
def store_team(team: Team, *, name: str, members: Iterable) -> Team:
    """Add a team or give it this name and these members. Refuses a name another team has, whatever its capitals."""
    team.name = name.strip()
    team.validate_constraints()
    team.save()
    team.members.set(members)
    return team


def remove_team(team: Team) -> None:
    """Dissolve a team: its members stay, and no longer see each other's sales through it."""
    Team.objects.filter(pk=team.pk).delete()
