"""The page that merges two relations, and the panel with the sales of a relation."""

from datetime import date
from decimal import Decimal

import pytest

from relations.models import Relation, RelationType
from relations.saving import create_relation, edit_relation
from sales.models import Phase
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def boss(as_user, manager):
    return as_user(manager)


@pytest.fixture
def pair(company, manager):
    """Acme, which stays, and its twin."""
    common = {"relation_type": RelationType.objects.proposed()}
    made = [{"name": "Acme B.V.", "city": "Ede"}, {"name": "Acme", "city": "Delft", "phone": "010 1234567"}]
    return [create_relation(kind="organization", values=common | values, by=manager, token=None) for values in made]


def address(relation) -> str:
    return f"/relations/{relation.pk}/merge/"


def answers(twin, **changes) -> dict:
    return {"other": twin.pk, "version": 1, "other_version": 1, "take_phone": "other", "take_name": "kept", **changes}


def test_first_one_chooses_the_other(boss, pair, reads_only):
    survivor, other = pair
    with reads_only():
        page = boss.get(address(survivor))
        by_name = boss.get(address(survivor), {"other": "", "other_text": other.number})
    assert b"Which relation is the same as Acme B.V.?" in page.content
    assert by_name.context["other"] == other
    assert boss.get(address(survivor), {"other": survivor.pk}).status_code == 422
    assert boss.get(address(survivor), {"other": "x"}).status_code == 422
    assert boss.get(address(survivor), {"other_text": "Nobody"}).status_code == 422


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_preview_shows_both_and_what_moves(boss, pair, headers, reads_only):
    survivor, other = pair
    SaleFactory(customer=other)
    with reads_only():
        response = boss.get(address(survivor), {"other": other.pk}, headers=headers)
    text = response.content.decode()
    assert [(row.choice.key, row.side) for row in response.context["rows"]] == [
        ("name", "kept"), ("phone", "other"), ("address", "kept"),
    ]  # fmt: skip
    assert response.context["moves"]["open"] == 1
    assert f'href="{address(other)}?other={survivor.pk}"' in text
    assert ("<h1>" in text) == (headers == {})


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_merge_leads_to_the_kept_one(boss, pair, headers):
    survivor, other = pair
    response = boss.post(address(survivor), answers(other), headers=headers)
    assert response.headers.get("HX-Redirect", response.headers.get("Location")) == f"/relations/{survivor.pk}/"
    survivor.refresh_from_db()
    assert (survivor.phone, survivor.city, survivor.former_numbers) == ("010 1234567", "Ede", other.number)
    assert b"Acme has been merged into this relation." in boss.get(f"/relations/{survivor.pk}/").content
    assert boss.post(address(survivor), answers(other)).status_code == 302  # a second click
    assert boss.get(address(other)).headers["Location"] == f"/relations/{other.pk}/"


def test_stale_preview_is_shown_anew_with_what_was_chosen(boss, pair, colleague):
    survivor, other = pair
    edit_relation(other, values={"city": "Goes", "email": "x@acme.nl"}, version=1, by=colleague)
    response = boss.post(address(survivor), answers(other, take_name="other"))
    assert response.status_code == 409
    assert "changed this relation after you opened it" in response.content.decode()
    assert {row.choice.key: row.side for row in response.context["rows"]} == {
        "name": "other", "email": "other", "phone": "other", "address": "kept",
    }  # fmt: skip
    assert response.context["other"].version == 2
    assert not Relation.objects.exclude(merged_into=None).exists()


def test_what_cannot_be_merged_is_said_at_once_and_refused(boss, pair):
    survivor, other = pair
    sale = SaleFactory(subject="Roof", customer=other, status="lost", closed_on=date(2026, 1, 5), lost_to=survivor)
    for response in (boss.get(address(survivor), {"other": other.pk}), boss.post(address(survivor), answers(other))):
        text = response.content.decode()
        assert "lost to their own customer" in text
        assert f'<a href="/sales/{sale.pk}/">Roof</a>' in text
    assert response.status_code == 422
    person = PersonFactory()
    assert boss.post(address(survivor), answers(person)).status_code == 422
    assert boss.post(address(survivor), answers(survivor)).status_code == 422


@pytest.mark.parametrize(
    "changes", [{"other": ""}, {"other": "x"}, {"version": ""}, {"other_version": "x"}, {"take_name": "both"}]
)
def test_rubbish_is_refused(boss, pair, changes):
    assert boss.post(address(pair[0]), answers(pair[1], **changes)).status_code == 400


def test_unknown_relations_are_404_and_choices_of_no_field_are_refused(boss, pair):
    assert boss.post(address(pair[0]), answers(pair[1], other=99999999)).status_code == 404
    assert boss.post(address(pair[0]), answers(pair[1], take_version="other")).status_code == 400


def test_merging_is_for_managers(as_user, salesperson, pair):
    browser = as_user(salesperson)
    assert browser.get(address(pair[0])).status_code == 403
    assert browser.post(address(pair[0]), answers(pair[1])).status_code == 403
    assert b"/merge/" not in browser.get(f"/relations/{pair[0].pk}/").content


def closed(status, revenue, **values) -> dict:
    follow_up = {"follow_up": "none"} if status == "accepted" else {}
    return {
        "status": status,
        "closed_on": date(2026, 1, 5),
        "expected_revenue": Decimal(revenue),
        **follow_up,
        **values,
    }


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_panel_adds_up_open_accepted_and_lost_apart(boss, company, phases, headers, reads_only):
    acme = RelationFactory()
    for percent, revenue in ((10, "100.50"), (50, "200.25"), (75, None)):
        amount = revenue and Decimal(revenue)
        SaleFactory(customer=acme, phase=phases[percent], probability=percent, expected_revenue=amount)
    SaleFactory(customer=acme, **closed("accepted", "300"))
    SaleFactory(customer=acme, **closed("accepted", "0.50"))
    SaleFactory(customer=acme, **closed("lost", "70"))
    SaleFactory(customer=acme, trashed=True)
    SaleFactory(**closed("lost", "9000", lost_to=acme))
    with reads_only():
        response = boss.get(f"/sales/of-relation/{acme.pk}/", headers=headers)
    assert [tuple(group) for group in response.context["groups"]] == [
        ("open", 3, Decimal("300.75"), Decimal("110.1750")),
        ("accepted", 2, Decimal("300.50"), response.context["groups"][1].weighted),
        ("lost", 1, Decimal("70"), response.context["groups"][2].weighted),
    ]
    text = response.content.decode()
    for status in ("open", "accepted", "lost"):
        assert f"/sales/?customer={acme.pk}&amp;status={status}" in text
    assert f"/sales/?status=lost&amp;lost_to={acme.pk}" in text


def test_panel_of_a_person_shows_the_sales_they_are_the_contact_of(boss, company):
    contact = ContactFactory()
    sale = SaleFactory(customer=contact.organization, contact=contact, subject="Roof")
    response = boss.get(f"/sales/of-relation/{contact.person_id}/")
    assert list(response.context["contact_sales"]) == [sale]
    assert b"As contact person" in response.content


def test_panel_holds_only_what_one_may_see(as_user, salesperson, colleague, switch):
    switch(sales_visible="own")
    acme = RelationFactory()
    SaleFactory(customer=acme, owner=colleague)
    mine = SaleFactory(customer=acme, owner=salesperson)
    response = as_user(salesperson).get(f"/sales/of-relation/{acme.pk}/")
    assert (response.context["totals"]["count"], list(response.context["sales"])) == (1, [mine])


@pytest.mark.parametrize("count", [1, 3])
def test_panel_costs_the_same_for_one_and_for_three(boss, company, count, django_assert_num_queries):
    acme = RelationFactory()
    for _one in range(count):
        SaleFactory(customer=acme, phase=Phase.objects.last())
    boss.get(f"/sales/of-relation/{acme.pk}/", headers=HTMX)
    with django_assert_num_queries(4):
        boss.get(f"/sales/of-relation/{acme.pk}/", headers=HTMX)


@pytest.mark.parametrize("count", [1, 3])
def test_preview_costs_the_same_for_one_and_for_three(boss, pair, count, django_assert_num_queries):
    survivor, other = pair
    SaleFactory.create_batch(count, customer=other)
    ContactFactory.create_batch(count, organization=other)
    with django_assert_num_queries(13):
        assert boss.get(address(survivor), {"other": other.pk}).context["moves"]["open"] == count
