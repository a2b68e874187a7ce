"""Teams: who works together, and so who sees whose sales when Settings say "own and team" (rule 23)."""

from collections.abc import Iterable

from django.db import transaction

from salescrm.models import Team, User
from salescrm.versions import claim, commit, commit_all, lock_all


@transaction.atomic
def store_team(
    team: Team, *, name: str, members: Iterable[User], version: int | None = None, by: User | None = None
) -> Team:
    """Add a team or give it this name and these members; `version` is that of the team as it was read by default.

    Refuses a name another team has, whatever its capitals, and a stale version (rule 6). Raises the versions of the
    users who come or go: their teams stand in a form, too.
    """
    name, wanted = name.strip(), {member.pk for member in members}
    if team.pk:
        team, repeated = claim(
            Team.objects.all(), team.pk, version=team.version if version is None else version, by=by, no_key=True,
            same=lambda stored: (stored.name, _members_of(stored)) == (name, wanted),
        )  # fmt: skip
        if repeated:
            return team
    team.name = name
    team.validate_constraints()
    if team.pk:
        commit(team, fields=["name"], by=by)
    else:
        team.updated_by = by
        team.save(force_insert=True)
    moving = User.objects.filter(pk__in=wanted ^ _members_of(team))
    commit_all(lock_all(moving, no_key=True), by=by)
    team.members.set(wanted)
    return team


def _members_of(team: Team) -> set[int]:
    return {*team.members.order_by().values_list("pk", flat=True)}


@transaction.atomic
def remove_team(team: Team, *, by: User | None = None) -> None:
    """Dissolve a team: its members stay, and no longer see each other's sales through it."""
    lock_all(Team.objects.filter(pk=team.pk))
    commit_all(lock_all(User.objects.filter(pk__in=_members_of(team)), no_key=True), by=by)
    Team.objects.filter(pk=team.pk).delete()
