"""Changing projects and their services."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from invoicing.lines import Line, contents, rewrite_lines
from projects.models import Project
from projects.opening import NewProject, check, open_project
from relations.models import Relation
from salescrm.accounts.handing_over import check_owner
from salescrm.calendar import odd_years
from salescrm.models import User
from salescrm.versions import Refused, claim, commit, once

DAYS = ["start_date", "end_date"]
HEAD = ["name", "contact", "manager", "start_date", "end_date", "note"]


def may_edit(project: Project, user: User) -> bool:
    """People edit the projects they manage, managers all (rule 23)."""
    own = project.manager_id == user.pk and user.has_perm("projects.change_project")
    return own or user.has_perm("projects.change_any_project")


def create(*, customer: Relation, project: NewProject, by: User, token: UUID) -> Project:
    """Open a project without services; the same `token` twice gives the first one (rule 6)."""
    return once(token, Project, lambda: open_project(customer=customer, project=project, services=[], by=by)[0])


@transaction.atomic
def edit(project: Project, *, values: dict, version: int, by: User) -> Project:
    """Make `values` (fields of HEAD) those of an active project; the same values change nothing.

    Refuses a closed project, a stale version, a contact person of somebody else, an end before the start, a day in an
    odd year (rule 20) and a manager who has just been deactivated.
    """
    project, repeated = _claim(project, version, by=by, same=lambda stored: _same(stored, values))
    if repeated:
        return project
    _require_active(project)
    check(project.customer, **{name: values[name] for name in ("contact", "start_date", "end_date")})
    if _same(project, values):
        return project
    if odd := odd_years({name: values[name] for name in DAYS if values[name] != getattr(project, name)}):
        raise Refused(odd, code="years")
    if values["manager"] != project.manager:
        check_owner(values["manager"], field="manager")
    for name in HEAD:
        setattr(project, name, values[name])
    return commit(project, fields=HEAD, by=by)


def _same(project: Project, values: dict) -> bool:
    return all(getattr(project, name) == values[name] for name in HEAD)


@transaction.atomic
def replace_services(project: Project, *, rows: Iterable[dict], version: int, by: User) -> Project:
    """Make `rows` of a form (dicts of Service.FIELDS; a known `pk` keeps its service) the services, in order.

    Raises the version of a changed service and of the project; nothing changed leaves them alone. Refuses a closed
    project and a stale version.
    """
    rows = list(rows)
    content = [Line.of(row) for row in rows]
    project, repeated = _claim(project, version, by=by, same=lambda stored: contents(stored.services) == content)
    if repeated:
        return project
    _require_active(project)
    changed = rewrite_lines(project.services, rows, project=project)
    return commit(project, fields=[], by=by) if changed else project


@transaction.atomic
def close(project: Project, *, version: int, by: User) -> Project:
    """Close a project: nothing can be added to it. Closed already changes nothing."""
    return _set_status(project, Project.Status.CLOSED, version, by)


@transaction.atomic
def reopen(project: Project, *, version: int, by: User) -> Project:
    """Make a closed project active again. Active already changes nothing."""
    return _set_status(project, Project.Status.ACTIVE, version, by)


def _set_status(project: Project, status: str, version: int, by: User) -> Project:
    locked, repeated = _claim(project, version, by=by, same=lambda stored: stored.status == status)
    if repeated or locked.status == status:
        return locked
    locked.status = status
    return commit(locked, fields=["status"], by=by)


def _claim(project: Project, version: int, *, by: User, same: Callable[[Project], bool]) -> tuple[Project, bool]:
    return claim(Project.objects.all(), project.pk, version=version, by=by, same=same)


def _require_active(project: Project) -> None:
    if not project.is_active:
        raise Refused(_("This project is closed. Reopen it first."), code="closed")
