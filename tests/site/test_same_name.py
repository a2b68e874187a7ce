"""Two people give the same name at the same moment: the second one's form says so, and keeps what was typed."""

from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client

from relations.models import RelationType
from sales.defaults import install_defaults
from sales.listing import saved_views
from sales.models import AcceptReason, LossReason, Phase, SavedView, Source
from salescrm.lookups import add
from salescrm.models import Team, User
from tests.at_once import People, undecided
from tests.factories import UserFactory
from tests.forms import Sheet

pytestmark = pytest.mark.django_db(transaction=True)
ROW, TEAM, VIEW = (
    "There is already a row with this name.", "There is already a team with this name.",
    "You already have a view with this name.",
)  # fmt: skip
ADDRESS = "This e-mail address is already in use."


@dataclass
class Form:
    """Where something gets a name, and how somebody else gives it the same one."""

    url: str
    make: object
    message: str
    field: str = "name"
    typed: str = "Theirs"


def of_list(model, path: str, by):
    new = model(name="Theirs", **({"probability": 10} if model is Phase else {}))
    return Form(f"/settings/{path}/new/", partial(add, new), ROW)


def of_row(model, path: str, by):
    row, new = model.objects.first(), model(name="THEIRS", **({"probability": 10} if model is Phase else {}))
    return Form(f"/settings/{path}/{row.pk}/", partial(add, new), ROW)


def of_user(path: str, by):
    make = partial(UserFactory, email="theirs@example.com")
    return Form(f"/settings/users/{path or by.pk}/", make, ADDRESS, field="email", typed="Theirs@example.com")


def of_team(path: str, by):
    url = f"/settings/teams/{path or Team.objects.create(name='Mine').pk}/"
    return Form(url, partial(Team.objects.create, name="theirs"), TEAM)


def of_view(path: str, by):
    make = partial(saved_views.save, name="Theirs", query="status=lost", shared=False, by=by)
    if path:
        return Form("/sales/views/new/?status=open", make, VIEW)
    return Form(f"/sales/views/{SavedView.objects.create(owner=by, name='Mine').pk}/", make, VIEW)


LISTS = {
    "phases": Phase, "accept-reasons": AcceptReason, "loss-reasons": LossReason, "sources": Source,
}  # fmt: skip
FORMS = {
    **{f"new of {name}": partial(of_list, model, f"sales/{name}") for name, model in LISTS.items()},
    **{f"row of {name}": partial(of_row, model, f"sales/{name}") for name, model in LISTS.items()},
    "new relation type": partial(of_list, RelationType, "relation-types"),
    "relation type": partial(of_row, RelationType, "relation-types"),
    "new user": partial(of_user, "new"),
    "user": partial(of_user, ""),
    "new team": partial(of_team, "new"),
    "team": partial(of_team, ""),
    "new view": partial(of_view, "new"),
    "view": partial(of_view, ""),
}


@pytest.mark.parametrize("name", FORMS)
def test_second_name_is_refused_beside_its_field(transactional_db, name):
    install_defaults("en")
    by = UserFactory(role="administrator", language="en")
    browser = Client()
    browser.force_login(by, backend="salescrm.accounts.backends.RoleBackend")
    form = FORMS[name](by)
    sheet = Sheet.open(browser, form.url, form.field)
    more = {"name": "New"} if form.field == "email" else {"probability": "10"}
    with People() as people:
        with undecided(form.make):
            people.start(partial(sheet.send, **more, **{form.field: form.typed}))
        [again] = people.results()
    assert again is not None
    assert again.status == 422
    assert again.answer.context["form"].errors == {form.field: [form.message]}
    assert again.values[form.field].lower() == form.typed.lower()


def test_name_that_is_there_already_is_refused_beside_its_field(as_user, administrator):
    url = "/settings/sales/sources/new/"
    answer = as_user(administrator).post(url, {"name": Source.objects.first().name.upper(), "token": str(uuid4())})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"name": [ROW]})
    assert User.objects.count() == 1
