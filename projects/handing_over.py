"""Handing over the active projects of a manager who leaves."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from projects.models import Project
from projects.querysets import ProjectQuerySet
from salescrm.accounts.handing_over import Possession
from salescrm.models import User
from salescrm.versions import commit_all, lock_all


def hand_over(projects: ProjectQuerySet, *, to: User, by: User) -> int:
    """Give these projects another manager; how many there were. Runs in the caller's transaction."""
    return commit_all(lock_all(projects.only("pk")), manager=to, by=by)


def count_text(count: int) -> str:
    """How many active projects somebody owns; `shown` is the number in the reader's format."""
    return ngettext("%(shown)s active project", "%(shown)s active projects", count)


POSSESSION = Possession(
    key="projects", label=_("Active projects"), rows=lambda: Project.objects.active(), field="manager",
    hand_over=hand_over, count_text=count_text, url="projects:list", query={"status": "active"}, word="manager",
)  # fmt: skip
