"""The pages of the lists in Settings: wiring, refusals, and what they cost."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from relations.models import RelationType
from sales.models import LossReason, Phase, Sale, SaleEvent, Source
from sales.settings.lists import LISTS
from tests.factories import SaleFactory

HTMX = {"HX-Request": "true"}


def address(name, *arguments):
    return reverse(f"settings:{name}", args=arguments)


@pytest.fixture
def admin(as_user, administrator):
    return as_user(administrator)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("phases", "/settings/sales/phases/"),
        ("accept-reasons", "/settings/sales/accept-reasons/"),
        ("loss-reasons", "/settings/sales/loss-reasons/"),
        ("sources", "/settings/sales/sources/"),
        ("relation-types", "/settings/relation-types/"),
    ],
)
def test_every_list_has_its_address(admin, kind, expected, reads_only):
    assert address("list", kind) == expected
    row = LISTS[kind].model.objects.first()
    with reads_only():
        for url in (expected, f"{expected}new/", f"{expected}{row.pk}/", f"{expected}{row.pk}/remove/"):
            whole, part = admin.get(url), admin.get(url, headers=HTMX)
            assert (whole.status_code, part.status_code) == (200, 200)
            assert b"<h1>" in whole.content
            assert b"<h1>" not in part.content
            for answer in (whole, part):
                assert row.name in answer.content.decode() or url.endswith("new/")


def test_an_unknown_list_is_not_found(admin):
    assert admin.get("/settings/sales/colours/").status_code == 404


@pytest.mark.parametrize("role", ["salesperson", "manager"])
def test_only_administrators_see_or_change_settings(as_user, request, role):
    visitor = as_user(request.getfixturevalue(role))
    for url in (address("index"), address("sales"), address("list", "phases"), address("row-new", "sources"),
                address("phase", 1), address("remove", "phases", 1), address("number-example"),
                address("organisation"), address("users"), address("user-new"), address("user", 1)):  # fmt: skip
        assert visitor.get(url).status_code == 403
    assert visitor.post(address("order", "phases"), {"order": [1]}).status_code == 403


def test_a_list_says_how_many_records_use_a_row(admin, phases):
    SaleFactory.create_batch(3, phase=phases[50])
    content = admin.get(address("list", "phases")).content.decode()
    assert f'<a href="/sales/?phase={phases[50].pk}">3 sales</a>' in content


def test_a_row_is_added_at_the_end(admin):
    answer = admin.post(address("row-new", "sources"), {"token": uuid4(), "name": " Flyer "})
    assert (answer.status_code, answer.url) == (302, address("list", "sources"))
    assert Source.objects.last().name == "Flyer"


def test_a_dialog_is_left_by_redirecting_the_browser(admin):
    answer = admin.post(address("row-new", "sources"), {"token": uuid4(), "name": "Flyer"}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == address("list", "sources")


@pytest.mark.parametrize("name", ["", "website"])
def test_an_empty_or_known_name_is_refused(admin, name):
    count = Source.objects.count()
    answer = admin.post(address("row-new", "sources"), {"token": uuid4(), "name": name}, headers=HTMX)
    assert (answer.status_code, Source.objects.count()) == (422, count)


def test_a_new_phase_has_a_colour_and_a_probability(admin):
    admin.post(
        address("row-new", "phases"), {"token": uuid4(), "name": "Demo", "colour": "pink", "probability": "60 %"}
    )
    assert Phase.objects.values_list("name", "colour", "probability").last() == ("Demo", "pink", 60)
    assert (
        admin.post(address("row-new", "phases"), {"token": uuid4(), "name": "X", "probability": "101"}).status_code
        == 422
    )


@pytest.mark.parametrize(("typed", "stored"), [("14", 14), ("3650", 3650), ("", None)])
def test_a_phase_may_have_a_limit_in_days(admin, phases, typed, stored):
    phase, url = phases[50], address("phase", phases[50].pk)
    Phase.objects.filter(pk=phase.pk).update(age_limit=5)
    values = {"version": 1, "name": phase.name, "colour": phase.colour, "probability": "50", "age_limit": typed}
    assert admin.post(url, values).status_code == 302
    assert Phase.objects.get(pk=phase.pk).age_limit == stored
    list_page = admin.get(address("list", "phases")).content.decode()
    assert (f"limit {stored} days" in list_page) == bool(stored)


@pytest.mark.parametrize("typed", ["0", "-1", "3651", "1.5", "soon"])
def test_a_limit_that_is_no_number_of_days_is_refused(admin, phases, typed):
    phase = phases[50]
    values = {"version": 1, "name": phase.name, "colour": phase.colour, "probability": "50", "age_limit": typed}
    answer = admin.post(address("phase", phase.pk), values, headers=HTMX)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["age_limit"])
    assert admin.post(address("row-new", "phases"), values | {"name": "New", "token": uuid4()}).status_code == 422


def test_a_limit_survives_the_question_about_another_probability(admin, phases):
    phase, url = phases[50], address("phase", phases[50].pk)
    SaleFactory(phase=phase)
    values = {"version": 1, "name": phase.name, "colour": phase.colour, "probability": "60", "age_limit": "30"}
    preview = admin.post(url, values, headers=HTMX)
    assert '<input type="hidden" name="age_limit" value="30"' in preview.content.decode()
    admin.post(url, values | {"scope": "open", "figures": preview.context["change"].basis})
    assert Phase.objects.filter(pk=phase.pk, age_limit=30, probability=60).exists()


@pytest.mark.parametrize(("scope", "stored"), [("open", [60, 60, 60]), ("new", [50, 50, 50])])
def test_another_probability_is_previewed_and_then_asks(admin, phases, scope, stored):
    phase, url = phases[50], address("phase", phases[50].pk)
    for amount in ("1000.00", "2000.00", "0.01"):
        SaleFactory(phase=phase, expected_revenue=Decimal(amount))
    values = {"version": 1, "name": phase.name, "colour": phase.colour, "probability": "60"}
    preview = admin.post(url, values, headers=HTMX)
    assert preview.status_code == 200
    for amount in ("1500.01", "1800.01", "300.00"):
        assert f'<data value="{amount}">' in preview.content.decode()
    assert Phase.objects.get(pk=phase.pk).probability == 50
    answer = admin.post(url, values | {"scope": scope, "figures": preview.context["change"].basis})
    assert (answer.status_code, answer.url) == (302, address("list", "phases"))
    assert list(Sale.objects.values_list("probability", flat=True)) == stored
    assert Phase.objects.get(pk=phase.pk).probability == 60


def test_a_preview_that_no_longer_holds_is_shown_again(admin, phases):
    phase, url = phases[50], address("phase", phases[50].pk)
    SaleFactory(phase=phase)
    values = {"version": 1, "name": phase.name, "colour": phase.colour, "probability": "60"}
    basis = admin.post(url, values).context["change"].basis
    SaleFactory(phase=phase)
    answer = admin.post(url, values | {"scope": "open", "figures": basis})
    assert (answer.status_code, answer.context["change"].count) == (409, 2)
    assert not SaleEvent.objects.filter(kind="changed").exists()


def test_a_missing_basis_is_a_preview_that_does_not_hold(admin, phases):
    SaleFactory(phase=phases[50])
    values = {"version": 1, "name": "Proposal", "colour": "teal", "probability": "60", "scope": "open"}
    assert admin.post(address("phase", phases[50].pk), values).status_code == 409


def test_without_open_sales_another_probability_is_stored_at_once(admin, phases):
    answer = admin.post(
        address("phase", phases[50].pk), {"version": 1, "name": "Proposal", "colour": "teal", "probability": "60"}
    )
    assert (answer.status_code, Phase.objects.get(pk=phases[50].pk).probability) == (302, 60)


def test_rows_go_up_and_down_and_anywhere(admin):
    ids = list(Source.objects.values_list("pk", flat=True))
    url = address("order", "sources")
    assert admin.post(url, {"basis": words(ids), "order": ids, "down": ids[0]}).status_code == 302
    assert list(Source.objects.values_list("pk", flat=True)) == [ids[1], ids[0], *ids[2:]]
    swapped = [ids[1], ids[0], *ids[2:]]
    admin.post(url, {"basis": words(swapped), "order": swapped, "up": ids[0]})
    assert list(Source.objects.values_list("pk", flat=True)) == ids
    part = admin.post(url, {"basis": words(ids), "order": ids[::-1]}, headers=HTMX, follow=True)
    assert list(Source.objects.values_list("pk", flat=True)) == ids[::-1]
    assert part.status_code == 200


def words(ids):
    return " ".join(map(str, ids))


def test_an_order_made_of_another_one_is_refused_and_a_second_click_is_the_first(admin):
    ids = list(Source.objects.values_list("pk", flat=True))
    url, theirs = address("order", "sources"), [ids[1], ids[0], *ids[2:]]
    for _twice in range(2):
        answer = admin.post(url, {"basis": words(ids), "order": ids, "down": ids[0]}, follow=True)
        assert list(answer.context["messages"]) == []
    answer = admin.post(url, {"basis": words(ids), "order": ids, "up": ids[2]}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert list(Source.objects.values_list("pk", flat=True)) == theirs
    assert admin.post(url, {"order": ids}).status_code == 400


@pytest.mark.parametrize("order", [["x"], ["1", ""]])
def test_an_order_that_is_not_ids_is_a_bad_request(admin, order):
    assert admin.post(address("order", "sources"), {"basis": "1", "order": order}).status_code == 400


def test_an_order_of_rows_that_changed_meanwhile_says_so(admin):
    answer = admin.post(address("order", "sources"), {"basis": "1", "order": ["1"]}, follow=True)
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["error"]


def test_retire_reactivate_and_delete(admin):
    source = Source.objects.first()
    url = address("remove", "sources", source.pk)
    admin.post(url, {"action": "retire"})
    assert not Source.objects.get(pk=source.pk).is_active
    admin.post(url, {"action": "reactivate"})
    assert Source.objects.get(pk=source.pk).is_active
    admin.post(url, {"action": "delete"})
    assert not Source.objects.filter(pk=source.pk).exists()


def test_a_row_in_use_is_not_deleted_but_moved(admin, phases):
    first, second = LossReason.objects.all()[:2]
    for phase in list(phases.values())[:3]:
        SaleFactory(phase=phase, status="lost", closed_on="2026-03-05", loss_reason=first)
    url = address("remove", "loss-reasons", first.pk)
    assert "3 sales" in admin.get(url).content.decode()
    assert admin.post(url, {"action": "delete"}, headers=HTMX).status_code == 422
    assert admin.post(url, {"action": "move"}).status_code == 422
    assert admin.post(url, {"action": "move", "to": first.pk}).status_code == 422
    assert admin.post(url, {"action": "move", "to": second.pk}).status_code == 302
    assert (first.sales.count(), second.sales.count()) == (0, 3)


def test_the_last_active_phase_stays_and_the_page_says_why(admin, phases):
    *others, last = phases.values()
    Phase.objects.exclude(pk=last.pk).update(is_active=False)
    answer = admin.post(address("remove", "phases", last.pk), {"action": "retire"}, headers=HTMX)
    assert answer.status_code == 422
    assert "last active phase" in answer.content.decode()


def test_another_relation_type_is_proposed_for_a_new_relation(admin):
    other = RelationType.objects.last()
    admin.post(address("row", "relation-types", other.pk), {"version": 1, "name": other.name, "is_default": "on"})
    assert RelationType.objects.get(is_default=True) == other
    admin.post(address("row", "relation-types", other.pk), {"version": 2, "name": "Rival"})
    assert RelationType.objects.get(is_default=True).name == "Rival"


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_costs_the_same_for_any_number_of_rows(admin, rows, django_assert_num_queries):
    Source.objects.all().delete()
    Source.objects.bulk_create(Source(name=f"Source {n}", position=n) for n in range(rows))
    for source in Source.objects.all()[:3]:
        SaleFactory(source=source)
    with django_assert_num_queries(3):  # session, user with role, list
        admin.get(address("list", "sources"))


@pytest.mark.parametrize("rows", [1, 30])
def test_the_sales_settings_cost_the_same_for_any_number_of_rows(admin, rows, django_assert_num_queries):
    LossReason.objects.all().delete()
    LossReason.objects.bulk_create(LossReason(name=f"Reason {n}", position=n) for n in range(rows))
    with django_assert_num_queries(10):
        admin.get(address("sales"))
