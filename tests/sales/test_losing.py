"""Losing a sale: to whom, with a competitor that is added on the way, and why in words (rule 11)."""

from html import unescape
from importlib import import_module
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from relations.models import Relation, RelationType
from reports.periods import Period, Question
from reports.won_lost import EXPLANATIONS, won_lost
from sales.bulk.changing import change_many
from sales.bulk.deeds import Lose
from sales.bulk.preview import preview
from sales.correcting import correct
from sales.defaults import install_defaults
from sales.duplicating import duplicate
from sales.models import LossReason, Sale, SaleEvent, SalesSettings
from sales.refusals import Refused
from sales.reopening import reopen
from sales.sentences import read, tell
from sales.settings.configuration import delete, retire
from sales.transitions import lose
from sales.trashing import restore, trash
from salescrm.calendar import today
from tests.factories import RelationFactory, SaleFactory
from tests.sales.imports.browser import csv

WHY = "Their director knew the other one.\nWe were late with the quote."


@pytest.fixture
def competitor(company):
    """The type of relations that lost sales go to."""
    return RelationType.objects.get(name="Competitor")


@pytest.fixture
def lost(sale, salesperson):
    return lose(sale, reason=None, lost_to=None, explanation=WHY, version=1, by=salesperson)


def new_url(page):
    """Where the picker of the competitor adds one."""
    link = page[page.index("data-picker-new") :]
    return unescape(link[link.index('href="') + 6 :].partition('"')[0])


# The type of a new competitor


@pytest.mark.parametrize("language", ["nl", "en"])
def test_fresh_installation_names_its_own_competitor(db, language):
    install_defaults(language)
    name = {"nl": "Concurrent", "en": "Competitor"}[language]
    assert SalesSettings.objects.get().competitor_type.name == name


def test_competitor_that_is_added_from_the_dialog_is_one(desk, sale, competitor):
    page = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": "Rival Ltd"}).text
    url = new_url(page)
    form = desk.get(url).context["form"]
    assert form.initial["relation_type"] == competitor
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    typed = {
        "name": "Rival Ltd",
        "relation_type": form["relation_type"].value(),
        "token": desk.get(url).context["token"],
    }
    desk.post("/relations/new/", query | typed)
    rival = Relation.objects.get(name="Rival Ltd")
    assert rival.relation_type == competitor
    assert desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": "Rival Ltd"}).status_code == 302
    assert Sale.objects.get(pk=sale.pk).lost_to == rival


def test_type_stays_when_one_switches_between_organization_and_person(desk, sale, competitor):
    url = new_url(desk.get(f"/sales/{sale.pk}/lose/").text)
    person = new_url(desk.get(url).text)
    assert desk.get(person).context["form"].initial["relation_type"] == competitor


@pytest.mark.parametrize("typed", ["", "0", "999999", "x", "12e3"])
def test_type_that_is_none_is_the_one_proposed_for_any_relation(desk, typed):
    form = desk.get("/relations/new/", {"quick": 1, "field": "lost_to", "type": typed}).context["form"]
    assert form.initial["relation_type"] == RelationType.objects.proposed()


def test_customer_added_from_a_picker_is_no_competitor(desk):
    assert "type=" not in new_url(desk.get("/sales/new/").text)


@pytest.mark.parametrize("deed", [retire, delete])
def test_type_that_settings_name_stays_until_another_one_is_named(company, competitor, deed):
    with pytest.raises(Refused) as refusal:
        deed(competitor)
    assert refusal.value.code == "competitor"
    SalesSettings.objects.update(competitor_type=RelationType.objects.get(name="Supplier"))
    deed(competitor)
    assert not RelationType.objects.active().filter(name="Competitor").exists()


def test_settings_choose_the_type(as_user, administrator, competitor):
    browser, supplier = as_user(administrator), RelationType.objects.get(name="Supplier")
    page = browser.get("/settings/sales/")
    answers = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert answers["competitor_type"] == competitor.pk
    browser.post("/settings/sales/", answers | {"version": 1, "competitor_type": supplier.pk})
    assert SalesSettings.objects.get().competitor_type == supplier
    browser.post("/settings/sales/", answers | {"version": 2, "competitor_type": ""})
    assert SalesSettings.objects.get().competitor_type is None


@pytest.mark.parametrize(("name", "expected"), [("Concurrent", True), ("Competitor", True), ("Rivals", False)])
def test_migration_names_the_row_the_installation_began_with(competitor, name, expected):
    RelationType.objects.filter(pk=competitor.pk).update(name=name)
    SalesSettings.objects.update(competitor_type=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("sales.migrations.0017_type_of_competitors").FORWARD)
    assert SalesSettings.objects.get().competitor_type == (competitor if expected else None)


# The customer is no competitor of its own

OWN = "A sale cannot be lost to its own customer."


@pytest.mark.parametrize("typed", ["Acme B.V.", "acme bv", " ACME  B.V. ", "C-1"])
def test_customer_typed_as_competitor_gets_its_own_sentence(desk, sale, typed):
    Relation.objects.filter(pk=sale.customer_id).update(name="Acme B.V.", number="C-1", sort_key="acme b.v.")
    RelationFactory(name="Acme B.V. Holding")
    answer = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": typed})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"lost_to": [OWN]})
    assert typed.strip() in answer.text and "as a new relation" not in answer.text
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_customer_chosen_as_competitor_gets_its_own_sentence(desk, sale):
    customer = sale.customer
    answer = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to": customer.pk, "lost_to_text": str(customer)})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"lost_to": [OWN]})


def test_other_relation_called_like_the_customer_can_be_the_competitor(desk, sale):
    twin = RelationFactory(name=sale.customer.name)
    assert desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": twin.name}).status_code == 302
    assert Sale.objects.get(pk=sale.pk).lost_to == twin


# The explanation


def test_explanation_is_kept_on_the_sale_and_in_no_event(lost):
    assert Sale.objects.get(pk=lost.pk).loss_explanation == WHY
    assert "loss_explanation" not in {field.name for field in SaleEvent._meta.get_fields()}


def test_only_a_lost_sale_has_an_explanation(sale):
    with pytest.raises(IntegrityError, match="sale_loss_is_explained_only_when_lost"), transaction.atomic():
        Sale.objects.update(loss_explanation="x")


def test_dialog_has_room_for_it_and_the_page_shows_it(desk, sale):
    assert '<textarea name="explanation"' in desk.get(f"/sales/{sale.pk}/lose/").text
    desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "explanation": f"  {WHY} <b>"})
    page = desk.get(f"/sales/{sale.pk}/").text
    assert "Their director knew the other one.<br>We were late with the quote. &lt;b&gt;" in page


def test_refused_form_keeps_what_was_typed(desk, sale):
    answer = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "explanation": WHY, "lost_to_text": "Nobody"})
    assert (answer.status_code, WHY in answer.text) == (422, True)
    answer = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "explanation": "x" * 2001})
    assert (answer.status_code, "x" * 2001 in answer.text) == (422, True)


def test_many_get_one_explanation(desk, sale, salesperson):
    other = SaleFactory(owner=salesperson)
    form = {"action": "lose", "sale": [sale.pk, other.pk], "asked": 1, "explanation": WHY}
    seen = desk.post("/sales/bulk/", form)
    assert WHY in seen.text
    desk.post("/sales/bulk/", form | {"basis": seen.context["preview"].basis, "carry-out": "all"})
    assert set(Sale.objects.values_list("status", "loss_explanation")) == {("lost", WHY)}


def test_second_click_of_many_finds_the_first(sale, salesperson):
    sales, deed = Sale.objects.all(), Lose(None, None, explanation=WHY)
    basis = preview(sales, deed).basis
    assert [change_many(sales, deed, basis=basis, by=salesperson) for _click in range(2)] == [[sale], [sale]]
    assert preview(sales, deed).alike == [sale]
    assert len(preview(sales, Lose(None, None, explanation="Other")).refused) == 1


def test_manager_corrects_it_with_an_event_that_does_not_tell_it(lost, manager, phases):
    outcome = {"reason": None, "lost_to": None, "source": None, "closed_on": today(), "version": 2, "by": manager}
    for _click in range(2):
        done = correct(lost, explanation="Too late.", **outcome)
    assert (done.loss_explanation, done.version) == ("Too late.", 3)
    entry = tell(read(Sale.objects.get(), list(phases.values())), "en")[0]
    assert (entry.headline, entry.details) == ("Outcome corrected", ["Explanation of the loss changed"])
    with translation.override("nl"):
        assert tell(read(Sale.objects.get(), list(phases.values())), "nl")[0].details == [
            "Toelichting op het verlies gewijzigd"
        ]


def test_correcting_something_else_leaves_it(lost, manager, as_user):
    reason = LossReason.objects.first()
    page = as_user(manager).get(f"/sales/{lost.pk}/correct/")
    assert page.context["form"]["explanation"].value() == WHY
    correct(
        lost, reason=reason, lost_to=None, source=None, closed_on=today(), version=2, by=manager
    )  # fmt: skip
    assert (Sale.objects.get().loss_reason, Sale.objects.get().loss_explanation) == (reason, WHY)


def test_correcting_page_stores_it_and_asks_it_of_no_accepted_sale(lost, manager, as_user):
    browser = as_user(manager)
    browser.post(
        f"/sales/{lost.pk}/correct/", {"version": 2, "closed_on": today().isoformat(), "explanation": "Short."}
    )
    assert Sale.objects.get(pk=lost.pk).loss_explanation == "Short."
    accepted = SaleFactory(status="accepted", follow_up="none", closed_on=today())
    assert "explanation" not in browser.get(f"/sales/{accepted.pk}/correct/").context["form"].fields


def test_reopening_writes_it_on_the_timeline(lost, manager):
    for _click in range(2):
        back = reopen(lost, delete_follow_up=False, version=2, by=manager)
    note = back.notes.get()
    assert (back.loss_explanation, note.by) == ("", manager)
    assert note.text == f"Explanation of the loss of {today():%-d %b %Y}: {WHY}"


def test_reopening_without_an_explanation_writes_nothing(sale, salesperson, manager):
    lost = lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert not reopen(lost, delete_follow_up=False, version=2, by=manager).notes.exists()


def test_trash_keeps_it_and_a_copy_does_not_get_it(lost, manager):
    copy = duplicate(lost, subject="Copy", owner=manager, with_lines=False, by=manager, token=uuid4())
    assert (copy.status, copy.loss_explanation) == ("open", "")
    trash(lost, version=2, by=manager)
    assert restore(lost, version=3, by=manager).loss_explanation == WHY


def test_it_goes_out_and_comes_in(lost, manager, as_user, visitor):
    rows = as_user(manager).get("/sales/?format=csv").content.decode()
    assert "Explanation of the loss" in rows and "Their director knew the other one." in rows
    other = SaleFactory(customer=lost.customer)
    heading = ("Number", "Status", "Closed on", "Explanation of the loss")
    visitor.upload(csv(heading, (other.pk, "lost", today(), "Gone"), (lost.pk, "lost", today(), "Better words")))
    visitor.check(create=None)
    visitor.start()
    assert [Sale.objects.get(pk=sale.pk).loss_explanation for sale in (other, lost)] == ["Gone", "Better words"]
    visitor.undo()
    row = [
        (Sale.objects.get(pk=sale.pk).status, Sale.objects.get(pk=sale.pk).loss_explanation) for sale in (other, lost)
    ]
    assert row == [("open", ""), ("lost", WHY)]


# The report


def test_report_tells_them_the_latest_first_to_whom_may_see_them(lost, colleague, manager, as_user, switch):
    switch(sales_visible="own")
    words = f"from={today()}&to={today()}"
    page = as_user(manager).get(f"/reports/won-lost/?{words}").text
    assert "Their director knew the other one.<br>We were late with the quote." in page
    assert f'<a href="/sales/{lost.pk}/">Warehouse</a>' in page
    assert "director" not in as_user(colleague).get(f"/reports/won-lost/?{words}").text


@pytest.mark.parametrize(("count", "further"), [(1, False), (EXPLANATIONS, False), (EXPLANATIONS + 1, True)])
def test_report_holds_no_more_than_it_can_show(salesperson, django_assert_num_queries, count, further):
    customer = RelationFactory()
    for _sale in range(count):
        SaleFactory(
            owner=salesperson, customer=customer, status="lost", closed_on=today(), loss_explanation=WHY,
            loss_reason=LossReason.objects.first(),
        )  # fmt: skip
    with django_assert_num_queries(7):
        report = won_lost(Sale.objects.all(), Question(Period(today(), today())))
        explanations = [(str(sale.customer), str(sale.loss_reason)) for sale in report.explanations]
    assert (len(explanations), report.explained_further) == (min(count, EXPLANATIONS), further)
