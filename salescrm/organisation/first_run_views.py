"""/setup/: exists only while there is no user (rule 24)."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters

from salescrm.accounts.browsers import trust
from salescrm.accounts.lockout import client_of, explain
from salescrm.accounts.logged_out import remember
from salescrm.money import written_in
from salescrm.organisation.first_run import announce_code, is_first_run, set_up
from salescrm.organisation.forms import SetUpForm
from salescrm.pages import page


@sensitive_post_parameters()
@login_not_required
def set_up_page(request: HttpRequest) -> HttpResponse:
    """The first administrator makes the installation theirs; the code proves that they can read the log."""
    if not is_first_run():
        raise Http404
    initial = {"language": written_in(get_language())}
    posted = request.POST if request.method == "POST" else None
    form = SetUpForm(posted, initial=initial, client=client_of(request))
    if form.is_bound and form.is_valid():
        try:
            user = set_up(**form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user, backend="salescrm.accounts.backends.RoleBackend")
            response = redirect("/")
            remember(response, user)
            trust(request, response, user)
            return response
    announce_code()
    answer = page(request, "organisation/set_up.html", {"form": form}, part="form", status=422 if form.errors else 200)
    return explain(answer, form)
