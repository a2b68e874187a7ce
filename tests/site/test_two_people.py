"""Two people with one record open (rule 6): every form that changes a versioned record merges what was changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from invoicing.models import VatRate
from relations.models import RelationType
from sales.listing import saved_views
from sales.models import AcceptReason, LossReason, Phase, Sale, SaleNote, SalesSettings, Source
from salescrm.accounts.teams import store_team
from salescrm.models import Organisation, Team
from salescrm.notes import writing
from salescrm.numbering import NumberSeries
from tests.factories import (
    ContactFactory,
    InvoiceFactory,
    InvoiceLineFactory,
    LineFactory,
    ProjectFactory,
    RelationFactory,
    SaleFactory,
    ServiceFactory,
    UserFactory,
)
from tests.forms import Sheet

LISTS = {
    "phase": (Phase, "sales/phases"), "accept reason": (AcceptReason, "sales/accept-reasons"),
    "loss reason": (LossReason, "sales/loss-reasons"), "source": (Source, "sales/sources"),
    "relation type": (RelationType, "relation-types"),
}  # fmt: skip
LINES = ("sale lines", "services", "invoice lines")


@dataclass
class Page:
    """A form: where it is, a field of it (with what it holds, what they and what I type), and another change."""

    url: str
    field: str
    values: tuple
    other: tuple[str, str, str] | None  # the page where something else is changed, its field, and to what
    stored: Callable[[], object]
    name: str = ""  # of the question
    own: bool = False  # only who wrote it may change it
    managed: bool = False  # only managers may change it
    settings: bool = False  # for administrators

    @property
    def question(self) -> str:
        return self.name or self.field


def of_sale(salesperson, what: str) -> Page:
    sale = SaleFactory(
        owner=salesperson, subject="Warehouse", expected_revenue=Decimal("24000"), next_step="Call Jan",
        expected_end_date=date(2030, 3, 20), start_date=date(2025, 1, 1),
    )  # fmt: skip
    edit, change = f"/sales/{sale.pk}/edit/", f"/sales/{sale.pk}/change"
    other = (edit, "note", "Theirs")

    def stored(name):
        return lambda: Sale.objects.values_list(name, flat=True).get(pk=sale.pk)

    match what:
        case "sale":
            return Page(edit, "subject", ("Warehouse", "Hall", "Shed"), other, stored("subject"))
        case "amount":
            values = (Decimal(24000), Decimal(25000), Decimal(26000))
            return Page(f"{change}/amount/", "expected_revenue", values, other, stored("expected_revenue"))
        case "end":
            days = (date(2030, 3, 20), date(2030, 4, 20), date(2030, 5, 20))
            return Page(f"{change}/end/", "expected_end_date", days, other, stored("expected_end_date"))
        case "step":
            return Page(f"{change}/step/", "next_step", ("Call Jan", "Mail", "Visit"), other, stored("next_step"))
        case "probability":
            return Page(f"/sales/{sale.pk}/probability/", "probability", (10, 20, 30), other, stored("probability"))
    line = LineFactory(sale=sale, description="Roof")
    first, name = (lambda: sale.lines.get().description), "lines-0-description"
    return Page(f"/sales/{line.sale_id}/lines/", name, ("Roof", "Wall", "Floor"), other, first, "lines")


def of_outcome(salesperson, what: str) -> Page:
    day, lost = date(2026, 3, 2), what != "outcome of an acceptance"
    sale = SaleFactory(
        owner=salesperson, start_date=date(2026, 1, 1), closed_on=day, status="lost" if lost else "accepted",
        loss_explanation="Price" if lost else "", follow_up="" if lost else "none",
    )  # fmt: skip
    url, texts = f"/sales/{sale.pk}/correct/", ("Price", "Delay", "Team")
    if what == "outcome in words":
        other = (url, "closed_on", "2026-03-04")
        return Page(url, "explanation", texts, other, _stored(sale, "loss_explanation"), managed=True)
    reasons, name = (LossReason, "loss_reason") if lost else (AcceptReason, "accept_reason")
    first, second, third = (reasons.objects.create(name=f"{text} of theirs", position=90).pk for text in texts)
    Sale.objects.filter(pk=sale.pk).update(**{name: first})
    other = (url, "closed_on", "2026-03-04")
    return Page(url, "reason", (first, second, third), other, _stored(sale, f"{name}_id"), managed=True)


def of_relation(salesperson, what: str) -> Page:
    acme = RelationFactory(name="Acme", city="Ede")
    if what == "relation":
        url = f"/relations/{acme.pk}/edit/"
        return Page(url, "city", ("Ede", "Delft", "Utrecht"), (url, "phone", "030 1234567"), _stored(acme, "city"))
    contact = ContactFactory(organization=acme, function="Buyer")
    url = f"/relations/contacts/{contact.pk}/edit/"
    functions = ("Buyer", "Boss", "Owner")
    return Page(url, "function", functions, (url, "phone", "030 1234567"), _stored(contact, "function"))


def of_project(salesperson, what: str) -> Page:
    project = ProjectFactory(name="Dashboard", manager=salesperson, start_date=date(2026, 1, 1))
    url = f"/projects/{project.pk}/edit/"
    if what == "project":
        names = ("Dashboard", "Portal", "Website")
        return Page(url, "name", names, (url, "note", "Theirs"), _stored(project, "name"))
    ServiceFactory(project=project, description="Roof")
    first, name = (lambda: project.services.get().description), "services-0-description"
    services = f"/projects/{project.pk}/services/"
    return Page(services, name, ("Roof", "Wall", "Floor"), (url, "note", "Theirs"), first, "services")


def of_invoice(salesperson, what: str) -> Page:
    invoice = InvoiceFactory(owner=salesperson, subject="Roof", payment_days=14, supplied_from=date(2026, 1, 1))
    InvoiceLineFactory(invoice=invoice, description="Roof")
    url = f"/invoices/{invoice.pk}/edit/"
    other = (url, "note", "Theirs")
    if what == "invoice":
        return Page(url, "subject", ("Roof", "Wall", "Floor"), other, _stored(invoice, "subject"))
    first, name = (lambda: invoice.lines.get().description), "lines-0-description"
    return Page(url, name, ("Roof", "Wall", "Floor"), other, first, "lines")


def of_desk(salesperson, what: str) -> Page:
    if what == "view":
        view = saved_views.save(name="Big", query="status=open", shared=False, by=salesperson)
        url = f"/sales/views/{view.pk}/"
        names = ("Big", "Large", "Huge")
        return Page(url, "name", names, (url, "shared", "on"), _stored(view, "name"), own=True)
    sale = SaleFactory(owner=salesperson)
    note = writing.add(SaleNote(sale=sale, kind="call", text="Asked"), by=salesperson)
    url = f"/sales/{sale.pk}/notes/{note.pk}/"
    return Page(url, "text", ("Asked", "Told", "Begged"), (url, "kind", "mail"), _stored(note, "text"), own=True)


def of_list(salesperson, what: str) -> Page:
    model, path = LISTS[what]
    row = model.objects.last()
    model.objects.filter(pk=row.pk).update(name="Roof")
    url = f"/settings/{path}/{row.pk}/"
    other = (url, "age_limit", "14") if model is Phase else None
    return Page(url, "name", ("Roof", "Wall", "Floor"), other, _stored(row, "name"), settings=True)


def of_settings(salesperson, what: str) -> Page:
    organisation, switches = "/settings/organisation/", "/settings/sales/"
    match what:
        case "organisation":
            Organisation.objects.update(city="Ede")
            stored, cities = _stored(Organisation.objects.get(), "city"), ("Ede", "Delft", "Utrecht")
            return Page(organisation, "city", cities, (organisation, "phone", "030 1234567"), stored, settings=True)
        case "numbers":
            stored = _stored(NumberSeries.objects.get(kind="invoice"), "pattern")
            patterns = (stored(), "F{seq:04}", "I{seq:03}")
            other = (organisation, "phone", "030 1234567")
            return Page(organisation, "invoice_pattern", patterns, other, stored, settings=True)
        case "switches":
            stored, uses = _stored(SalesSettings.objects.get(), "loss_reason"), ("optional", "off", "required")
            return Page(switches, "loss_reason", uses, (switches, "sales_visible", "own"), stored, settings=True)
        case "visibility":
            stored, choices = _stored(Organisation.objects.get(), "sales_visible"), ("all", "own", "team")
            return Page(switches, "sales_visible", choices, (switches, "loss_reason", "off"), stored, settings=True)
    stored = _stored(NumberSeries.objects.get(kind="project"), "pattern")
    other = (switches, "loss_reason", "off")
    return Page(switches, "project_pattern", (stored(), "P{seq:04}", "X{seq:03}"), other, stored, settings=True)


def of_people(salesperson, what: str) -> Page:
    user, profile = f"/settings/users/{salesperson.pk}/", "/accounts/profile/"
    names = (salesperson.name, "Sanne", "Anne")
    match what:
        case "user":
            other = (user, "email", "anne@example.com")
            return Page(user, "name", names, other, _stored(salesperson, "name"), settings=True)
        case "role":

            def role():
                return salesperson.groups.get().name

            other = (user, "email", "anne@example.com")
            return Page(user, "role", ("salesperson", "manager", "administrator"), other, role, settings=True)
        case "profile":
            return Page(profile, "name", names, (profile, "language", "nl"), _stored(salesperson, "name"), own=True)
    team = store_team(Team(), name="North", members=[])
    url = f"/settings/teams/{team.pk}/"
    other = (url, "members", str(salesperson.pk))
    return Page(url, "name", ("North", "South", "West"), other, _stored(team, "name"), settings=True)


def _stored(record, name: str) -> Callable[[], object]:
    return lambda: type(record).objects.values_list(name, flat=True).get(pk=record.pk)


FORMS = {
    **dict.fromkeys(["sale", "amount", "end", "step", "probability", "sale lines"], of_sale),
    **dict.fromkeys(["outcome of a loss", "outcome of an acceptance", "outcome in words"], of_outcome),
    **dict.fromkeys(["relation", "contact"], of_relation),
    **dict.fromkeys(["project", "services"], of_project),
    **dict.fromkeys(["invoice", "invoice lines"], of_invoice),
    **dict.fromkeys(["view", "note"], of_desk),
    **dict.fromkeys(["phase", "accept reason", "loss reason", "source", "relation type"], of_list),
    **dict.fromkeys(["organisation", "numbers", "switches", "visibility", "project numbers"], of_settings),
    **dict.fromkeys(["user", "role", "profile", "team"], of_people),
}


@pytest.fixture(params=FORMS)
def form(request, salesperson, switch, shelf) -> Page:
    switch(own_probability=True)
    VatRate.objects.first()
    return FORMS[request.param](salesperson, request.param)


@pytest.fixture
def desk(as_user, salesperson, administrator, form) -> Client:
    if form.settings:
        return as_user(UserFactory(role="administrator", language="en"))
    return as_user(administrator if form.managed else salesperson)


@pytest.fixture
def theirs(as_user, manager, administrator, salesperson, form) -> Client:
    """Somebody else; of what only its writer may change, the same person in another window."""
    return as_user(salesperson if form.own else administrator if form.settings else manager)


def change(browser: Client, url: str, field: str, value) -> None:
    assert Sheet.open(browser, url, field).send(**{field: str(value)}) is None


def test_what_somebody_else_changed_elsewhere_stays(desk, theirs, form):
    if form.other is None:
        pytest.skip("all there is to change is its name")
    _first, _second, mine = form.values
    sheet, (url, field, value) = Sheet.open(desk, form.url, form.field), form.other
    change(theirs, url, field, value)

    conflict = sheet.sent(**{form.field: str(mine)})
    assert (conflict.status, conflict.questions) == (409, [])
    assert form.stored() != mine
    assert conflict.send() is None
    assert form.stored() == mine
    assert Sheet.open(desk, url, field).values[field] == value


def test_what_i_did_not_touch_is_as_somebody_else_made_it(desk, theirs, form):
    sheet, second = Sheet.open(desk, form.url, form.field), form.values[1]
    change(theirs, form.url, form.field, second)

    conflict = sheet.sent()
    assert (conflict.status, conflict.questions) == (409, [])
    assert conflict.send() is None
    assert form.stored() == second


@pytest.mark.parametrize("answer", ["stored", "mine"])
def test_what_both_changed_is_asked(desk, theirs, form, answer):
    _first, second, mine = form.values
    sheet = Sheet.open(desk, form.url, form.field)
    change(theirs, form.url, form.field, second)

    conflict = sheet.sent(**{form.field: str(mine)})
    assert (conflict.status, conflict.questions) == (409, [form.question])
    again = conflict.sent()
    assert (again.status, again.questions) == (422, [form.question])
    assert again.answer.content.decode().count("Choose which of the two is saved.") == 1
    assert form.stored() == second
    assert again.values[form.field] == conflict.values[form.field]
    assert again.send(**{f"answer-{form.question}": answer}) is None
    assert form.stored() == {"stored": second, "mine": mine}[answer]


def test_what_both_changed_to_the_same_is_no_question(desk, theirs, form):
    sheet, second = Sheet.open(desk, form.url, form.field), form.values[1]
    change(theirs, form.url, form.field, second)

    conflict = sheet.send(**{form.field: str(second)})  # a second click, where nobody is recorded: then it is stored
    if conflict:
        assert (conflict.status, conflict.questions) == (409, [])
        assert conflict.send() is None
    assert form.stored() == second


def test_third_person_in_between_is_asked_about_anew(desk, theirs, form):
    first, second, mine = form.values
    sheet = Sheet.open(desk, form.url, form.field)
    change(theirs, form.url, form.field, second)
    conflict = sheet.sent(**{form.field: str(mine)})
    change(theirs, form.url, form.field, first)

    third = conflict.sent(**{f"answer-{form.question}": "stored"})  # an answer about something else
    assert (third.status, third.questions) == (409, [form.question])
    assert f"answer-{form.question}" not in third.values
    assert third.values[form.field] == conflict.values[form.field]
    assert third.send(**{f"answer-{form.question}": "mine"}) is None
    assert form.stored() == mine


def test_answer_stays_when_a_third_person_changed_something_else(desk, theirs, form):
    if form.other is None:
        pytest.skip("all there is to change is its name")
    _first, second, mine = form.values
    sheet = Sheet.open(desk, form.url, form.field)
    change(theirs, form.url, form.field, second)
    conflict, (url, field, value) = sheet.sent(**{form.field: str(mine)}), form.other
    change(theirs, url, field, value)

    third = conflict.sent(**{f"answer-{form.question}": "stored"})
    assert (third.status, third.questions) == (409, [form.question])
    assert third.values[f"answer-{form.question}"] == "stored"
    assert third.values[form.field] == conflict.values[form.field]
    assert third.send() is None
    assert form.stored() == second
    assert Sheet.open(desk, url, field).values[field] == value


def test_old_tab_that_says_nothing_of_what_it_opened_is_asked_about_all_that_differs(desk, theirs, form):
    _first, second, mine = form.values
    sheet = Sheet.open(desk, form.url, form.field)
    sheet.values.pop("basis", None)
    change(theirs, form.url, form.field, second)

    conflict = sheet.sent(**{form.field: str(mine)})
    assert (conflict.status, conflict.questions) == (409, [form.question])


def test_day_of_supply_that_was_proposed_and_cleared_stays_empty(company, salesperson, as_user):
    invoice = InvoiceFactory(owner=salesperson, supplied_from=None)
    InvoiceLineFactory(invoice=invoice)
    browser, url = as_user(salesperson), f"/invoices/{invoice.pk}/edit/"
    mine = Sheet.open(browser, url, "supplied_from")
    assert mine.values["supplied_from"]
    Sheet.open(browser, url, "supplied_from").send(note="Theirs", supplied_from="")
    merged = mine.sent(supplied_from="", reference="Mine")
    assert (merged.status, merged.values["supplied_from"], merged.values["note"]) == (409, "", "Theirs")
    assert merged.send() is None
    invoice.refresh_from_db()
    assert (invoice.supplied_from, invoice.note, invoice.reference) == (None, "Theirs", "Mine")


def test_file_ticked_to_go_stays_ticked_when_the_form_comes_back(company, salesperson, as_user, shelf):
    sale = SaleFactory(owner=salesperson)
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.4")
    note = writing.add(SaleNote(sale=sale, text="See"), uploads=[plan], by=salesperson)
    browser, url = as_user(salesperson), f"/sales/{sale.pk}/notes/{note.pk}/"
    mine = Sheet.open(browser, url, "text")
    Sheet.open(browser, url, "text").send(text="Theirs")
    merged = mine.sent(text="Mine", drop=str(note.files.get().key))
    assert (merged.status, merged.values["drop"]) == (409, str(note.files.get().key))


def test_who_comes_to_a_team_stays_where_only_one_person_changed_it(
    company, administrator, salesperson, manager, as_user
):
    team = store_team(Team(), name="North", members=[])
    url, browser = f"/settings/users/{salesperson.pk}/", as_user(administrator)
    mine = Sheet.open(browser, url, "name")
    store_team(team, name="North", members=[salesperson, manager])

    merged = mine.sent(name="Anne")
    assert (merged.status, merged.questions, merged.values["teams"]) == (409, [], str(team.pk))
    assert merged.send() is None
    assert set(team.members.all()) == {salesperson, manager}

    sheet = Sheet.open(browser, f"/settings/teams/{team.pk}/", "name")
    change(as_user(administrator), url, "email", "anne@example.com")
    assert Sheet.open(browser, url, "teams").values["teams"] == str(team.pk)
    user = Sheet.open(browser, url, "teams")
    del user.values["teams"]
    assert user.send() is None
    conflict = sheet.sent(name="South", members=str(manager.pk))
    assert (conflict.status, conflict.questions) == (409, [])
    assert conflict.send() is None
    assert set(team.members.all()) == {manager}


def test_both_who_changed_who_is_in_a_team_are_asked(company, administrator, salesperson, manager, as_user):
    team = store_team(Team(), name="North", members=[])
    browser, url = as_user(administrator), f"/settings/teams/{team.pk}/"
    sheet = Sheet.open(browser, url, "name")
    change(as_user(UserFactory(role="administrator")), url, "members", str(salesperson.pk))
    conflict = sheet.sent(members=str(manager.pk))
    assert (conflict.status, conflict.questions) == (409, ["members"])
    page = conflict.answer.content.decode()
    assert (page.count(f">{salesperson}</td>"), page.count(f">{manager}</td>")) == (1, 1)
    assert conflict.send(**{"answer-members": "stored"}) is None
    assert list(team.members.all()) == [salesperson]


def test_administrator_and_user_with_their_profile_are_two_people(company, administrator, salesperson, as_user):
    url = f"/settings/users/{salesperson.pk}/"
    sheet = Sheet.open(as_user(administrator), url, "name")
    change(as_user(salesperson), "/accounts/profile/", "name", "Sanne")
    conflict = sheet.sent(email="anne@example.com")
    assert (conflict.status, conflict.questions, conflict.values["name"]) == (409, [], "Sanne")
    assert conflict.send() is None
    salesperson.refresh_from_db()
    assert (salesperson.name, salesperson.email) == ("Sanne", "anne@example.com")


def test_phase_that_changed_under_the_question_about_its_sales_is_merged_first(company, administrator, as_user, phases):
    phase = phases[50]
    SaleFactory.create_batch(2, phase=phase)
    url, browser = f"/settings/sales/phases/{phase.pk}/", as_user(administrator)
    sheet = Sheet.open(browser, url, "name")
    question = Sheet(browser, url, browser.post(url, {**sheet.values, "name": "Mine", "probability": "60"}), "figures")
    change(as_user(UserFactory(role="administrator")), url, "name", "Theirs")

    answer = browser.post(url, {**question.values, "scope": "open"})
    conflict = Sheet(browser, url, answer, "name")
    assert (conflict.status, conflict.questions, conflict.values["probability"]) == (409, ["name"], "60")
    again = Sheet(browser, url, browser.post(url, {**conflict.values, "answer-name": "stored"}), "figures")
    assert again.status == 200
    assert browser.post(url, {**again.values, "scope": "open"}).status_code == 302
    phase.refresh_from_db()
    assert (phase.name, phase.probability) == ("Theirs", 60)
    assert {*Sale.objects.values_list("probability", flat=True)} == {60}
