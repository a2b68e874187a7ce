"""Settings > Teams: who works together, and the choice of who sees what."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from salescrm.accounts.teams import remove_team, store_team
from salescrm.models import Organisation, Team, User
from tests.factories import SaleFactory, UserFactory


@pytest.fixture
def admin(as_user, administrator):
    return as_user(administrator)


@pytest.fixture
def north(salesperson, colleague):
    return store_team(Team(), name="North", members=[salesperson, colleague])


def names(team: Team) -> list[str]:
    return [user.name for user in team.members.order_by("name")]


def test_a_team_is_stored_with_its_members_and_changed(north, manager):
    store_team(north, name=" South ", members=[manager])
    assert (Team.objects.get().name, names(north)) == ("South", ["Mila Brand"])


@pytest.mark.parametrize("name", ["North", "north", " NORTH "])
def test_a_name_belongs_to_one_team(north, name):
    with pytest.raises(ValidationError) as refused:
        store_team(Team(), name=name, members=[])
    assert list(refused.value.error_dict) == ["name"]
    assert Team.objects.count() == 1


def test_a_team_keeps_its_own_name(north):
    assert store_team(north, name="NORTH", members=[]).name == "NORTH"


def test_removing_a_team_leaves_its_members_and_may_be_done_twice(north, salesperson):
    pk = north.pk
    remove_team(north)
    remove_team(Team(pk=pk))
    assert not Team.objects.exists()
    assert User.objects.get(pk=salesperson.pk).teammates == {salesperson.pk}


def test_an_administrator_adds_a_team(admin, salesperson, manager):
    answer = admin.post(
        reverse("settings:team-new"), {"token": uuid4(), "name": "North", "members": [salesperson.pk, manager.pk]}
    )
    assert (answer.status_code, answer.url) == (302, reverse("settings:teams"))
    assert names(Team.objects.get()) == ["Mila Brand", "Sanne de Wit"]


def test_a_taken_name_is_refused_beside_the_field_and_nothing_typed_is_lost(admin, north, manager):
    answer = admin.post(reverse("settings:team-new"), {"token": uuid4(), "name": "north", "members": [manager.pk]})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["members"].value()) == (422, ["name"], [str(manager.pk)])


def test_a_team_is_renamed_and_given_other_members(admin, north, manager):
    answer = admin.post(
        reverse("settings:team", args=[north.pk]), {"version": 1, "name": "South", "members": [manager.pk]}
    )
    assert answer.status_code == 302
    assert (Team.objects.get().name, names(north)) == ("South", ["Mila Brand"])


def test_a_member_who_left_stays_unless_taken_out(admin, north, salesperson):
    User.objects.filter(pk=salesperson.pk).update(is_active=False)
    form = admin.get(reverse("settings:team", args=[north.pk])).context["form"]
    assert salesperson in form.fields["members"].queryset
    assert salesperson not in admin.get(reverse("settings:team-new")).context["form"].fields["members"].queryset


@pytest.mark.parametrize(
    ("visible", "words"), [("team", "no longer see each other"), ("all", "Nobody sees more or fewer")]
)
def test_removing_asks_and_says_who_sees_what(admin, north, switch, visible, words):
    switch(sales_visible=visible)
    url = reverse("settings:team-remove", args=[north.pk])
    assert words in admin.get(url).content.decode()
    assert Team.objects.count() == 1
    assert admin.post(url).status_code == 302
    assert not Team.objects.exists()


def test_a_user_is_put_into_teams_on_their_own_page(admin, north, manager):
    south = store_team(Team(), name="South", members=[manager])
    manager.refresh_from_db()
    values = {
        "version": manager.version, "name": manager.name, "email": manager.email, "language": "en", "role": "manager",
        "teams": [north.pk],
    }  # fmt: skip
    assert admin.post(reverse("settings:user", args=[manager.pk]), values).status_code == 302
    assert (names(north)[1], names(south)) == ("Mila Brand", [])


def test_a_new_user_starts_in_a_team(admin, north):
    values = {"name": "Noor", "email": "noor@example.com", "language": "nl", "role": "salesperson", "teams": [north.pk]}
    assert admin.post(reverse("settings:user-new"), values | {"token": uuid4()}).status_code == 302
    assert "Noor" in names(north)


def test_without_teams_a_user_is_not_asked_for_them(admin, manager):
    assert "teams" not in admin.get(reverse("settings:user", args=[manager.pk])).context["form"].fields


@pytest.mark.parametrize("visible", ["all", "team", "own"])
def test_who_sees_what_is_chosen_in_settings(admin, visible):
    form = admin.get(reverse("settings:sales")).context["form"]
    assert [value for value, _label in form.fields["sales_visible"].choices] == ["all", "team", "own"]
    values = {
        "version": 1, "accept_reason": "off", "loss_reason": "off", "sales_visible": visible,
        "project_pattern": "P{seq}",
    }  # fmt: skip
    assert admin.post(reverse("settings:sales"), values).status_code == 302
    assert Organisation.objects.get().sales_visible == visible


def test_teams_cost_the_same_for_any_number_of_rows(admin, django_assert_num_queries):
    counts = []
    for rows in (1, 3):
        for number in range(rows):
            store_team(Team(), name=f"{rows} {number}", members=UserFactory.create_batch(rows, role="salesperson"))
        with django_assert_num_queries(5) as captured:  # session, user with permissions, teams, members, in no team
            admin.get(reverse("settings:teams"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_of_a_team_leads_to_its_sales(admin, north, salesperson, manager):
    SaleFactory(owner=salesperson, subject="Theirs"), SaleFactory(owner=manager, subject="Not theirs")
    page = admin.get(reverse("settings:teams")).content.decode()
    assert f"/sales/?status=open&amp;team={north.pk}" in page
    page = admin.get(f"/sales/?status=open&team={north.pk}").content.decode()
    assert "Not theirs" not in page
    assert "Theirs" in page
