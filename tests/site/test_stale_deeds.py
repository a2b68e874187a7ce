"""Two people and a deed (rule 6): a stale form comes back with 409 and what was typed, and can then be confirmed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from invoicing.issuing import issue
from invoicing.models import Invoice, VatRate
from invoicing.sending import send
from projects.models import Project
from relations.models import Relation
from sales import acceptance, editing, reopening, transitions, trashing
from sales.models import LossReason, Sale, SaleNote
from salescrm.calendar import today
from salescrm.mail.models import OutgoingMail
from salescrm.models import Organisation
from salescrm.notes import writing
from tests.factories import (
    InvoiceFactory,
    InvoiceLineFactory,
    LineFactory,
    ProjectFactory,
    RelationFactory,
    SaleFactory,
    UserFactory,
)
from tests.forms import Sheet
from tests.markup import Markup
from tests.outgoing import deliver

DAY = "2025-03-04"
BEGIN = date(2025, 1, 1)
ADDRESS = {
    "street": "Kade 1", "postcode": "1011 AA", "city": "Amsterdam", "coc_number": "12345678",
    "vat_number": "NL123456782B90",
}  # fmt: skip


@dataclass
class Deed:
    """A form that does something: where it is, what is typed, its button, and whether it is done."""

    url: str
    record: Any
    is_done: Callable[[], bool]
    typed: dict = field(default_factory=dict)
    button: dict = field(default_factory=dict)
    nonsense: dict = field(default_factory=dict)  # what cannot be sent
    overtake: Callable[..., None] | None = None  # what somebody else does with the record meanwhile

    def change(self, text: str, by) -> None:
        """Somebody else changes the record; what the deed is about stays."""
        change = self.overtake or (edit if isinstance(self.record, Sale) else write("note"))
        change(self.record, text, version=self.version, by=by)

    @property
    def version(self) -> int:
        """The version the record has now."""
        return type(self.record).objects.values_list("version", flat=True).get(pk=self.record.pk)


def edit(sale: Sale, text: str, *, version: int, by) -> None:
    editing.edit(sale, values={"note": text}, version=version, by=by)


def write(name: str) -> Callable[..., None]:
    def change(record, text: str, *, version: int, by) -> None:
        values = {"version": version + 1, "updated_by": by, name: text}
        type(record).objects.filter(pk=record.pk).update(**values)

    return change


def send_to_another(invoice: Invoice, text: str, *, version: int, by) -> None:
    send(invoice, to="other@customer.example", version=version, by=by)
    deliver()


def is_(status: str, record) -> Callable[[], bool]:
    return lambda: type(record).objects.get(pk=record.pk).status == status


def losing(owner) -> Deed:
    sale, reason = SaleFactory(owner=owner, start_date=BEGIN), LossReason.objects.first()
    typed = {"reason": str(reason.pk), "explanation": "Too dear.\nAnd too late.", "closed_on": DAY}
    return Deed(f"/sales/{sale.pk}/lose/", sale, is_("lost", sale), typed, nonsense={"closed_on": "soon"})


def reopening_(owner) -> Deed:
    sale = SaleFactory(owner=owner, status="lost", closed_on=today())
    return Deed(f"/sales/{sale.pk}/reopen/", sale, is_("open", sale))


def trashing_(owner) -> Deed:
    sale = SaleFactory(owner=owner)
    return Deed(f"/sales/{sale.pk}/trash/", sale, lambda: Sale.objects.get(pk=sale.pk).trashed)


def issuing(owner) -> Deed:
    invoice = draft(owner)
    typed = {"issued_on": DAY, "to": "ap@customer.example"}
    url = f"/invoices/{invoice.pk}/issue/"
    return Deed(url, invoice, is_("issued", invoice), typed, nonsense={"issued_on": "soon"})


def sending(owner) -> Deed:
    invoice = issue(draft(owner), version=1, by=owner)
    typed, nonsense = {"to": "ap@customer.example"}, {"to": "nobody"}
    url = f"/invoices/{invoice.pk}/send/"
    return Deed(url, invoice, lambda: _posted(typed["to"]), typed, nonsense=nonsense, overtake=send_to_another)


def _posted(address: str) -> bool:
    return OutgoingMail.objects.filter(to=address).exists()


def deleting(owner) -> Deed:
    invoice = draft(owner)
    return Deed(f"/invoices/{invoice.pk}/delete/", invoice, lambda: not Invoice.objects.exists())


def closing_a_project(owner) -> Deed:
    project = ProjectFactory(manager=owner)
    button = {"then": "close"}
    return Deed(f"/projects/{project.pk}/close/", project, is_("closed", project), button=button)


def deactivating(owner) -> Deed:
    relation = RelationFactory()
    url = f"/relations/{relation.pk}/deactivate/"
    return Deed(url, relation, lambda: not Relation.objects.get(pk=relation.pk).is_active, overtake=write("phone"))


def removing_a_note(owner) -> Deed:
    sale = SaleFactory(owner=owner)
    note = writing.add(SaleNote(sale=sale, text="Call"), by=owner)
    url = f"/sales/{sale.pk}/notes/{note.pk}/remove/"
    return Deed(url, note, lambda: not SaleNote.objects.exists(), overtake=write("text"))


def draft(owner) -> Invoice:
    Organisation.objects.update(name="Atelier Noord B.V.", iban="NL91ABNA0417164300", **ADDRESS)
    customer = RelationFactory(street="Havenweg 8", postcode="3011 AB", city="Rotterdam")
    invoice = InvoiceFactory(owner=owner, customer=customer, supplied_from=today())
    InvoiceLineFactory(invoice=invoice, vat_rate=VatRate.objects.first())
    return invoice


DEEDS = [
    losing, reopening_, trashing_, issuing, sending, deleting, closing_a_project, deactivating, removing_a_note,
]  # fmt: skip


@pytest.fixture
def desk(as_user, manager) -> Client:
    return as_user(manager)


@pytest.fixture(params=DEEDS)
def deed(request, company, manager) -> Deed:
    return request.param(manager)


@pytest.fixture
def other() -> Any:
    return UserFactory(name="Robin Lee", role="manager")


def buttons(sheet: Sheet) -> list[str]:
    """What can be clicked to send the form of this answer."""
    root = Markup(sheet.answer.content.decode()).root
    forms = [form for form in root.iter("form") if any(part.get("name") == "version" for part in form.iter())]
    return [part.get("name") or "" for form in forms for part in form.iter("button")]


def test_stale_deed_says_who_was_first_and_can_be_confirmed(desk, deed, other):
    sheet = Sheet.open(desk, deed.url, "version")
    deed.change("Theirs", other)

    refusal = sheet.sent(**deed.typed, **deed.button)
    assert (refusal.status, deed.is_done()) == (409, False)
    assert "Robin Lee" in refusal.answer.text
    assert refusal.values["version"] == str(deed.version)
    assert {name: refusal.values[name] for name in deed.typed} == deed.typed
    assert buttons(refusal)
    assert refusal.send(**deed.button) is None
    assert deed.is_done()


def test_stale_deed_is_409_first_whatever_else_is_wrong_with_it(desk, deed, other):
    sheet = Sheet.open(desk, deed.url, "version")
    deed.change("Theirs", other)

    refusal = sheet.sent(**deed.typed | deed.nonsense, **deed.button)
    assert (refusal.status, deed.is_done()) == (409, False)
    assert {name: refusal.values[name] for name in deed.nonsense} == deed.nonsense
    if deed.nonsense:
        assert refusal.sent(**deed.button).status == 422


def test_third_person_in_between_makes_for_another_409(desk, deed, other):
    sheet = Sheet.open(desk, deed.url, "version")
    deed.change("Theirs", other)
    refusal = sheet.sent(**deed.typed, **deed.button)
    deed.change("Once more", other)

    third = refusal.sent(**deed.button)
    assert (third.status, deed.is_done()) == (409, False)
    assert third.send(**deed.button) is None
    assert deed.is_done()


@pytest.mark.parametrize(
    ("make", "first", "words"),
    [
        ("losing", "accept", "This sale is accepted. Reopen it first."),
        ("losing", "lose", "This sale is lost. Reopen it first."),
        ("reopening_", "reopen", "This sale is already open."),
        ("deleting", "issue", "issued this invoice as"),
    ],
)
def test_deed_that_cannot_be_done_any_more_says_so_and_shows_what_was_typed(
    desk, company, manager, other, make, first, words
):
    deed = globals()[make](manager)
    sheet = Sheet.open(desk, deed.url, "version")
    beat(deed.record, first, other)

    refusal = sheet.sent(**deed.typed)
    assert (refusal.status, buttons(refusal)) == (409, [])
    assert words in refusal.answer.text and "Robin Lee" in refusal.answer.text
    assert {name: refusal.values[name] for name in deed.typed} == deed.typed


def beat(record, first: str, by) -> None:
    """Somebody else does this first."""
    match first:
        case "accept":
            accept(record, by)
        case "lose":
            transitions.lose(record, reason=None, lost_to=None, version=1, by=by)
        case "reopen":
            reopening.reopen(record, delete_follow_up=False, version=1, by=by)
        case "issue":
            issue(record, version=1, by=by)


def accept(sale, by) -> None:
    kind = sale.customer.relation_type
    acceptance.accept(sale, reason=None, relation_type=kind, follow_up="none", version=1, by=by)


def test_sale_put_in_the_trash_meanwhile_says_so_and_shows_what_was_typed(desk, manager, other):
    deed = losing(manager)
    sheet = Sheet.open(desk, deed.url, "version")
    trashing.trash(deed.record, version=1, by=other)

    answer = desk.post(deed.url, sheet.values | deed.typed)
    assert (answer.status_code, "Robin Lee moved it there" in answer.text) == (409, True)
    assert "Too dear." in answer.text


# Accepting has three steps, and nothing is stored before the last.

PROJECT = {"project-name": "Roof", "project-note": "Ask for the keys", "project-start_date": DAY}


@pytest.fixture
def sale(manager) -> Sale:
    sale = SaleFactory(owner=manager, subject="Warehouse", start_date=BEGIN)
    LineFactory(sale=sale)
    return sale


def steps(desk, sale) -> list[tuple[Sheet, dict]]:
    """The three steps of accepting with a new project, and what is typed in each."""
    why = Sheet.open(desk, f"/sales/{sale.pk}/accept/", "version")
    then = why.sent(closed_on=DAY)
    project = then.sent(follow_up="new_project")
    return [(why, {"closed_on": DAY}), (then, {"follow_up": "new_project"}), (project, PROJECT)]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_stale_step_of_accepting_stays_with_everything_typed_and_leads_on(desk, sale, other, number):
    step, typed = steps(desk, sale)[number]
    editing.edit(sale, values={"expected_revenue": 25000}, version=1, by=other)

    refusal = step.sent(**typed)
    assert (refusal.status, refusal.values["step"]) == (409, step.values["step"])
    assert (refusal.values["version"], refusal.values["closed_on"]) == ("2", DAY)
    assert {name: refusal.values[name] for name in typed} == typed
    assert "Robin Lee" in refusal.answer.text and "25,000" in refusal.answer.text
    assert Sale.objects.get(pk=sale.pk).is_open

    last = refusal
    for answers in [{}, {"follow_up": "new_project"}, PROJECT][number:-1]:
        last = last.sent(**answers)
    assert last.status == (409 if number == 2 else 200)
    assert last.send(**PROJECT) is None
    accepted = Sale.objects.get(pk=sale.pk)
    assert (accepted.status, accepted.closed_on.isoformat()) == ("accepted", DAY)
    assert (accepted.project.name, accepted.project.note) == ("Roof", "Ask for the keys")


@pytest.mark.parametrize(("number", "nonsense"), [(0, {"closed_on": "soon"}), (2, {"project-start_date": "soon"})])
def test_stale_step_of_accepting_is_409_first_whatever_else_is_wrong_with_it(desk, sale, other, number, nonsense):
    step, typed = steps(desk, sale)[number]
    editing.edit(sale, values={"note": "Theirs"}, version=1, by=other)

    refusal = step.sent(**typed | nonsense)
    assert (refusal.status, refusal.values["step"]) == (409, step.values["step"])
    assert {name: refusal.values[name] for name in nonsense} == nonsense
    assert refusal.sent().status == 422


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("first", ["accept", "lose"])
def test_step_of_accepting_a_sale_closed_meanwhile_says_so(desk, sale, other, number, first):
    step, typed = steps(desk, sale)[number]
    beat(sale, first, other)

    refusal = step.sent(**typed)
    status = {"accept": "accepted", "lose": "lost"}[first]
    assert (refusal.status, buttons(refusal)) == (409, [])
    assert f"This sale is {status}. Reopen it first." in refusal.answer.text
    assert {name: refusal.values[name] for name in typed} == typed
    assert Project.objects.count() == 0


def test_project_chosen_before_another_follow_up_stays_through_the_steps(desk, sale):
    project = ProjectFactory(customer=sale.customer)
    then = Sheet.open(desk, f"/sales/{sale.pk}/accept/", "version").sent()
    last = then.sent(follow_up="new_project", project=str(project.pk))
    back = last.sent(**{"back-to-then": "1"})
    assert (back.values["follow_up"], back.values["project"]) == ("new_project", str(project.pk))


def test_reopening_keeps_the_choice_for_what_is_linked(desk, sale, manager, other):
    invoice = acceptance.accept(
        sale, reason=None, relation_type=sale.customer.relation_type, follow_up="invoice", version=1, by=manager
    ).invoice
    sheet = Sheet.open(desk, f"/sales/{sale.pk}/reopen/", "version")
    editing.edit(sale, values={"note": "Theirs"}, version=2, by=other)

    refusal = sheet.sent(linked="delete")
    assert (refusal.status, refusal.values["linked"]) == (409, "delete")
    assert refusal.send() is None
    assert (Sale.objects.get(pk=sale.pk).status, Invoice.objects.filter(pk=invoice.pk).exists()) == ("open", False)
