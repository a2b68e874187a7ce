"""A sale that two people have open: what is merged, what is asked, and that rules are judged after that (rule 6)."""

import re
from datetime import date
from decimal import Decimal

import pytest

from sales.acceptance import accept
from sales.editing import edit
from sales.models import AcceptReason, LossReason, Sale
from sales.reopening import reopen
from sales.transitions import lose, move
from tests.factories import ContactFactory, LineFactory, RelationFactory, SaleFactory, UserFactory
from tests.forms import Sheet
from tests.pages import check

HTMX = {"HX-Request": "true"}
FIELDS = {"edit/": "subject", "lines/": "lines-0-description", "change/step/": "next_step"}
QUESTIONS = {"lines-0-description": "lines"}


@pytest.fixture
def sale(salesperson):
    return SaleFactory(
        owner=salesperson, subject="Warehouse", expected_revenue=Decimal("24000"), expected_end_date=date(2030, 3, 20),
        start_date=date(2025, 1, 1), next_step="Call Jan", next_step_on=date(2030, 1, 2), note="A note.\nOf two lines.",
    )  # fmt: skip


@pytest.fixture
def form(desk, sale) -> Sheet:
    return Sheet.open(desk, f"/sales/{sale.pk}/edit/", "subject")


def theirs(sale, colleague, **values) -> None:
    edit(sale, values=values, version=Sale.objects.get(pk=sale.pk).version, by=colleague)


def stored(sale, *names):
    return Sale.objects.values_list(*names).get(pk=sale.pk)


def table(sheet: Sheet) -> list[tuple]:
    """The rows of the conflict table: what is stored, what I typed, and what will be saved."""
    rows = sheet.answer.context["conflict"]["differences"]
    return [(row.name, _text(row.theirs), _text(row.yours), row.outcome) for row in rows]


def _text(value: str) -> str:
    return str(value).replace("\xa0", " ")


def test_form_says_shortly_what_it_was_opened_with(form, sale):
    assert 200 < len(form.values["basis"]) < 350
    assert "Warehouse" not in form.values["basis"]


def test_untouched_form_takes_everything_over(form, sale, colleague):
    more = {"subject": "Hall", "expected_revenue": Decimal("25000"), "owner": colleague, "next_step_on": None}
    theirs(sale, colleague, **more)
    conflict = form.sent()
    assert [(name, outcome) for name, _theirs, _yours, outcome in table(conflict)] == [
        ("subject", "stored"), ("expected_revenue", "stored"), ("owner", "stored"), ("next_step", "stored"),
    ]  # fmt: skip
    assert conflict.send() is None
    assert stored(sale, "version", *more) == (2, "Hall", Decimal("25000"), colleague.pk, None)


def test_every_way_two_changes_meet_stands_in_one_table(form, sale, colleague):
    theirs(sale, colleague, subject="Hall", note="Theirs", start_date=date(2025, 2, 1))
    conflict = form.sent(subject="Shed", expected_revenue="25,000", start_date="2025-02-01")
    assert table(conflict) == [
        ("subject", "Hall", "Shed", ""),
        ("expected_revenue", "€ 24,000.00", "€ 25,000.00", "mine"),
        ("note", "Theirs", "A note.\nOf two lines.", "stored"),
    ]
    assert conflict.values["note"] == "Theirs"
    assert conflict.send(**{"answer-subject": "mine"}) is None
    assert stored(sale, "subject", "expected_revenue", "note") == ("Shed", Decimal("25000"), "Theirs")


def test_stale_form_is_409_first_whatever_else_is_wrong_with_it(form, sale, colleague):
    theirs(sale, colleague, note="Theirs")
    conflict = form.sent(expected_end_date="soon", subject="")
    assert (conflict.status, conflict.values["expected_end_date"]) == (409, "soon")
    assert (conflict.sent().status, conflict.send(expected_end_date="2030-05-01", subject="Shed")) == (422, None)
    assert stored(sale, "subject", "expected_end_date", "note") == ("Shed", date(2030, 5, 1), "Theirs")


def test_rules_across_fields_are_judged_after_the_merge(form, sale, colleague):
    theirs(sale, colleague, start_date=date(2029, 1, 1))
    conflict = form.sent(expected_end_date="2028-12-31")
    assert (conflict.status, conflict.values["start_date"]) == (409, "2029-01-01")
    refused = conflict.sent()
    assert refused.status == 422
    assert refused.answer.context["form"].errors == {
        "expected_end_date": ["The expected end date lies before the start date."]
    }
    assert (refused.values["start_date"], refused.values["expected_end_date"]) == ("2029-01-01", "2028-12-31")
    assert refused.send(expected_end_date="2029-12-31") is None


def test_rule_judged_after_an_answer_leaves_the_answer_and_what_was_typed(form, sale, colleague):
    theirs(sale, colleague, expected_end_date=date(2029, 1, 1))
    conflict = form.sent(expected_end_date="2031-01-01")
    answers = {"answer-expected_end_date": "stored", "start_date": "2030-01-01"}
    refused = conflict.sent(**answers)
    assert (refused.status, refused.questions) == (422, ["expected_end_date"])
    assert refused.values["answer-expected_end_date"] == "stored"
    assert refused.values["expected_end_date"] == "2031-01-01"
    assert refused.send(**{"answer-expected_end_date": "mine"}) is None
    assert stored(sale, "expected_end_date", "start_date") == (date(2031, 1, 1), date(2030, 1, 1))


def test_contact_of_another_customer_is_said_beside_it(form, sale, colleague):
    contact = ContactFactory(organization=sale.customer)
    theirs(sale, colleague, customer=RelationFactory(name="Other"))
    conflict = form.sent(contact=contact.pk)
    assert (conflict.status, conflict.values["contact"]) == (409, str(contact.pk))
    refused = conflict.sent()
    assert (refused.status, refused.values["contact"]) == (422, str(contact.pk))
    assert refused.answer.context["form"].errors == {"contact": ["This is not a contact person of the customer."]}
    assert refused.send(contact="") is None
    assert stored(sale, "customer__name", "contact") == ("Other", None)


@pytest.mark.parametrize("answer", ["stored", "mine"])
def test_customer_is_asked_and_typed_again(form, sale, colleague, answer):
    there, here = RelationFactory(name="Theirs"), RelationFactory(name="Mine")
    theirs(sale, colleague, customer=there)
    conflict = form.sent(customer=here.pk, customer_text="Mine")
    assert table(conflict) == [("customer", "Theirs", "Mine", "")]
    assert conflict.send(**{"answer-customer": answer}) is None
    assert stored(sale, "customer__name") == ({"stored": "Theirs", "mine": "Mine"}[answer],)


def test_customer_that_was_changed_meanwhile_is_taken_over(form, sale, colleague):
    theirs(sale, colleague, customer=RelationFactory(name="Theirs"))
    conflict = form.sent(note="Mine")
    assert conflict.values["customer_text"] == "Theirs"
    assert conflict.send() is None
    assert stored(sale, "customer__name", "note") == ("Theirs", "Mine")


def test_two_people_of_one_name_are_two_values(form, sale, colleague):
    one, two = (UserFactory(name="Jan Smit", role="salesperson") for _name in range(2))
    form = Sheet.open(form.browser, form.url, "subject")
    theirs(sale, colleague, owner=one)
    conflict = form.sent(owner=two.pk)
    assert table(conflict) == [("owner", "Jan Smit", "Jan Smit", "")]
    assert conflict.send(**{"answer-owner": "mine"}) is None
    assert stored(sale, "owner") == (two.pk,)


@pytest.mark.parametrize("url", ["/sales/{}/edit/", "/sales/{}/change/step/"])
def test_next_step_and_its_day_are_one(desk, sale, colleague, url):
    form = Sheet.open(desk, url.format(sale.pk), "next_step")
    theirs(sale, colleague, next_step_on=date(2030, 2, 2))
    conflict = form.sent(next_step="Visit")
    assert table(conflict) == [("next_step", "Call Jan, 2 Feb 2030", "Visit, 2 Jan 2030", "")]
    assert conflict.send(**{"answer-next_step": "mine"}) is None
    assert stored(sale, "next_step", "next_step_on") == ("Visit", date(2030, 1, 2))


@pytest.mark.parametrize(("button", "typed"), [({"nothing": "1"}, ("", "")), ({"ahead": "today"}, ("Visit", None))])
def test_button_of_the_next_step_is_no_less_mine(desk, sale, colleague, button, typed):
    form = Sheet.open(desk, f"/sales/{sale.pk}/change/step/", "next_step")
    theirs(sale, colleague, next_step="Mail")
    conflict = form.sent(next_step="Visit", **button)
    assert conflict.questions == ["next_step"]
    assert conflict.values["next_step"] == typed[0]
    assert (conflict.values["next_step_on"] == "2030-01-02") is False
    assert conflict.send(**{"answer-next_step": "mine"}) is None
    assert stored(sale, "next_step") == typed[:1]


def test_sale_closed_meanwhile_shows_what_was_typed_and_keeps_its_amount(form, sale, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    conflict = form.sent(expected_revenue="25,000", note="Mine")
    assert table(conflict) == [
        ("expected_revenue", "€ 24,000.00", "€ 25,000.00", "stored"),
        ("note", "A note.\nOf two lines.", "Mine", "mine"),
    ]
    assert conflict.send() is None
    assert stored(sale, "expected_revenue", "note") == (Decimal("24000"), "Mine")


def test_fields_that_were_closed_when_the_form_was_opened_are_no_difference(desk, sale, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    form = Sheet.open(desk, f"/sales/{sale.pk}/edit/", "subject")
    theirs(sale, colleague, subject="Hall")
    conflict = form.sent(note="Mine")
    assert [(name, outcome) for name, _theirs, _yours, outcome in table(conflict)] == [
        ("subject", "stored"), ("note", "mine"),
    ]  # fmt: skip
    assert conflict.send() is None
    assert stored(sale, "subject", "note", "expected_revenue") == ("Hall", "Mine", Decimal("24000"))


def test_move_meanwhile_and_a_probability_by_hand_are_asked(desk, sale, colleague, phases, switch):
    switch(own_probability=True)
    form = Sheet.open(desk, f"/sales/{sale.pk}/probability/", "probability")
    move(sale, phase=phases[75], version=1, by=colleague)
    conflict = form.sent(probability="60")
    assert table(conflict) == [("probability", "75 %", "60 %", "")]
    assert conflict.send(**{"answer-probability": "mine"}) is None
    assert stored(sale, "phase", "probability", "probability_by_hand") == (phases[75].pk, 60, True)


def test_lines_are_one_with_all_of_both_shown(desk, sale, colleague, as_user):
    LineFactory(sale=sale, description="Roof", unit_price=Decimal("500"))
    url, name = f"/sales/{sale.pk}/lines/", "lines-0-description"
    form, other = Sheet.open(desk, url, name), Sheet.open(as_user(colleague), url, name)
    rate = other.values["lines-0-vat_rate"]
    more = {"description": "Wall", "quantity": "2", "unit_price": "0.335", "billing_method": "hourly", "vat_rate": rate}
    more = {f"lines-1-{field}": value for field, value in more.items()} | {"lines-TOTAL_FORMS": "2"}
    assert other.send(**more) is None

    conflict = form.sent(**{"lines-0-unit_price": "600"})
    both = "1 × Roof, € 500.00, 21 %, fixed price\n2 × Wall, € 0.335, 21 %, hourly"
    [row] = conflict.answer.context["conflict"]["differences"]
    assert (row.theirs.replace("\xa0", " "), row.outcome) == (both, "")
    assert row.yours.replace("\xa0", " ") == "1 × Roof, € 600.00, 21 %, fixed price"
    assert conflict.send(**{"answer-lines": "stored"}) is None
    assert list(sale.lines.values_list("description", "unit_price")) == [("Roof", 500), ("Wall", Decimal("0.335"))]


def test_untouched_lines_with_an_empty_row_take_over_a_row_more(desk, sale, colleague, as_user):
    LineFactory(sale=sale, description="Roof")
    url, name = f"/sales/{sale.pk}/lines/?more=1", "lines-0-description"
    form = Sheet.open(desk, url, name)
    LineFactory(sale=sale, description="Wall")
    theirs(sale, colleague, note="Theirs")
    conflict = form.sent()
    assert (conflict.status, conflict.questions, conflict.values["lines-1-description"]) == (409, [], "Wall")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_lines_of_a_sale_closed_meanwhile_are_only_shown(desk, sale, colleague, headers):
    LineFactory(sale=sale, description="Roof")
    form = Sheet.open(desk, f"/sales/{sale.pk}/lines/", "lines-0-description")
    lose(sale, reason=LossReason.objects.first(), lost_to=None, version=1, by=colleague)
    answer = desk.post(form.url, {**form.values, "lines-0-description": "Wall"}, headers=headers)
    assert (answer.status_code, 'name="lines-0-description"' in answer.text) == (409, False)
    check(answer, "en", part=bool(headers))
    assert "It can no longer be changed. What you typed is only shown here." in answer.text
    assert "Wall" in answer.text and str(colleague) in answer.text
    assert list(sale.lines.values_list("description", flat=True)) == ["Roof"]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize("what", ["edit/", "change/amount/", "change/step/", "change/amount/?back=/sales/", "lines/"])
def test_pages_that_ask_are_whole_in_every_way(desk, sale, salesperson, colleague, language, headers, what):
    salesperson.language = language
    salesperson.save()
    LineFactory(sale=sale)
    name = FIELDS.get(what, "expected_revenue")
    form = Sheet.open(desk, f"/sales/{sale.pk}/{what}", name)
    theirs(sale, colleague, subject="Hall", expected_revenue=Decimal("25000"), next_step="Mail")
    sale.lines.update(description="Wall")
    values = {**form.values, name: "26000", "question": [QUESTIONS.get(name, name)]}
    for version, status in ((values["version"], 409), ("2", 422)):
        answer = desk.post(form.url, {**values, "version": version}, headers=headers)
        check(answer, language, part=bool(headers))
        text = re.sub(r"<template.*?</template>", "", answer.content.decode(), flags=re.DOTALL)
        assert (answer.status_code, text.count('type="radio" name="answer-')) == (status, 2)
        assert len(re.findall(r'role="alert"', text)) == (status == 409 or what in ("edit/", "lines/"))


@pytest.fixture
def outcome(as_user, manager, sale, colleague) -> Sheet:
    """The open form that corrects an accepted sale, with a reason of its own."""
    good, _other = (AcceptReason.objects.create(name=name, position=90) for name in ("Good price", "Good planning"))
    kind = sale.customer.relation_type
    accept(sale, reason=good, relation_type=kind, follow_up="none", version=1, by=colleague)
    return Sheet.open(as_user(manager), f"/sales/{sale.pk}/correct/", "reason")


@pytest.mark.parametrize("now", ["open", "lost"])
def test_outcome_of_a_sale_reopened_meanwhile_is_no_longer_that_outcome(outcome, sale, colleague, now):
    typed, reason = AcceptReason.objects.get(name="Good planning"), LossReason.objects.first()
    LossReason.objects.filter(pk=reason.pk).update(name="Too dear")
    reopen(sale, delete_follow_up=False, version=2, by=colleague)
    if now == "lost":
        lose(sale, reason=reason, lost_to=None, version=3, by=colleague)

    answer = outcome.browser.post(outcome.url, outcome.values | {"reason": typed.pk, "closed_on": "2026-01-05"})
    assert (answer.status_code, 'name="closed_on"' in answer.text) == (409, False)
    assert str(colleague) in answer.text and "It can no longer be changed." in answer.text
    yours = {row.name: _text(row.yours) for row in answer.context["conflict"]["differences"]}
    assert (yours["reason"], "2026" in yours["closed_on"]) == ("Good planning", True)
    assert stored(sale, "status", "accept_reason", "closed_on")[:2] == (now, None)
    why = {"open": "Only a closed sale has an outcome", "lost": "It has another outcome now"}
    assert why[now] in answer.text
    leads_to = answer.context["conflict"]["url"]
    assert leads_to == (f"/sales/{sale.pk}/" if now == "open" else outcome.url)


def test_outcome_of_a_sale_accepted_anew_is_merged(outcome, sale, colleague):
    reopen(sale, delete_follow_up=False, version=2, by=colleague)
    second = AcceptReason.objects.get(name="Good planning")
    kind = sale.customer.relation_type
    accept(sale, reason=second, relation_type=kind, follow_up="none", version=3, by=colleague)

    conflict = outcome.sent(closed_on="2026-01-05")
    assert (conflict.status, conflict.questions, conflict.values["reason"]) == (409, [], str(second.pk))
    assert conflict.send() is None
    assert stored(sale, "accept_reason", "closed_on") == (second.pk, date(2026, 1, 5))


def test_stale_correction_is_409_first_whatever_else_is_wrong_with_it(outcome, sale, colleague):
    edit(sale, values={"note": "Theirs"}, version=2, by=colleague)
    conflict = outcome.sent(closed_on="soon")
    assert (conflict.status, conflict.values["closed_on"], conflict.values["version"]) == (409, "soon", "3")
    assert conflict.sent().status == 422
