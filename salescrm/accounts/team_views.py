"""Settings > Teams: who works together, and so who sees whose sales when teams decide (rule 23)."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from salescrm.accounts.forms import TeamForm
from salescrm.accounts.teams import remove_team, store_team
from salescrm.forms.submission import create_form, refusals_in
from salescrm.forms.versioned import VersionedForm
from salescrm.models import Organisation, Team, User
from salescrm.pages import Request, leave, page
from salescrm.versions import Stale, once

may_change_users = permission_required("salescrm.change_user", raise_exception=True)


@require_safe
@may_change_users
def index(request: Request) -> HttpResponse:
    """Every team with its members, and who is in none."""
    teams = Team.objects.prefetch_related(Prefetch("members", User.objects.order_by("name", "pk")))
    context = {
        "teams": teams,
        "alone": User.objects.filter(is_active=True, teams=None),
        "visible": Organisation.current().sales_visible,
    }
    return page(request, "accounts/teams.html", context, part="teams")


@may_change_users
def new(request: Request) -> HttpResponse:
    """Add a team."""
    token, made = create_form(request, Team)
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not made and form.is_valid():
        with refusals_in(form):
            made = once(token, Team, lambda: store_team(Team(), **form.cleaned_data, by=request.user))
    if made:
        return _leave(request, made)
    context = {"form": form, "team": None, "token": token}
    return page(request, "accounts/team.html", context, part="dialog", status=422 if form.errors else 200)


@may_change_users
def edit(request: Request, pk: int) -> HttpResponse:
    """The name and the members of a team."""
    team = get_object_or_404(Team, pk=pk)
    editor = VersionedForm(request, team, lambda data, team: TeamForm(data, instance=team))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                values = editor.form.cleaned_data
                return _leave(request, store_team(team, **values, version=editor.version, by=request.user))
    except Stale as stale:
        status = 409
        editor.merge(stale)
    return page(request, "accounts/team.html", {"team": team, **editor.context}, part="dialog", status=status)


def _leave(request: Request, team: Team) -> HttpResponse:
    messages.success(request, _("%(name)s is saved.") % {"name": team})
    return leave(request, "settings:teams")


@may_change_users
def remove(request: Request, pk: int) -> HttpResponse:
    """Dissolve a team, after saying who will see what."""
    team = get_object_or_404(Team, pk=pk)
    if request.method == "POST":
        remove_team(team, by=request.user)
        messages.success(request, _("The team %(name)s is gone.") % {"name": team})
        return leave(request, "settings:teams")
    context = {"team": team, "members": team.members.all(), "visible": Organisation.current().sales_visible}
    return page(request, "accounts/team_remove.html", context, part="dialog")
