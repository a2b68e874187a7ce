"""A small company with a few records of every kind, for tests that look at every page."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from invoicing.drafting import draft_invoice
from invoicing.issuing import issue
from invoicing.lines import Line
from invoicing.models import Invoice, VatRate
from projects.models import Project, ProjectNote
from relations.models import Contact, Relation, RelationNote, RelationType
from sales.acceptance import accept
from sales.defaults import install_defaults
from sales.imports import running, uploading
from sales.models import AcceptReason, ImportRun, LossReason, Phase, Sale, SaleNote, SalesSettings, SavedView, Source
from sales.transitions import lose, move, set_probability
from salescrm.background import chores
from salescrm.calendar import today
from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.models import Organisation, Team, User
from salescrm.notes import writing
from salescrm.notes.models import Note
from tests.factories import (
    ContactFactory,
    LineFactory,
    PersonFactory,
    ProjectFactory,
    RelationFactory,
    SaleFactory,
    ServiceFactory,
    UserFactory,
)

IMPORT_PAGES = ("", "-columns", "-words", "-start", "-go", "-undo", "-discard", "-refused", "-file")


@dataclass
class World:
    """The people by role ("other" is a second salesperson) and one record of every kind a page is about."""

    users: dict[str, User]
    relation: Relation
    person: Relation
    contact: Contact
    sale: Sale
    accepted: Sale
    lost: Sale
    project: Project
    invoice: Invoice
    issued: Invoice
    phase: Phase
    notes: dict[str, Note]
    imported: ImportRun

    def record(self, name: str) -> Model:
        """The record the page with this URL name is about: the one that shows most of the page."""
        app = name.partition(":")[0]
        records = {
            "sales": self.sale, "relations": self.relation, "projects": self.project, "invoicing": self.invoice,
            "relations:contact-edit": self.contact, "relations:contact-remove": self.contact,
            "sales:correct": self.accepted, "sales:reopen": self.lost, "invoicing:send": self.issued,
            "settings:phase": self.phase, "settings:user": self.users["other"],
            **dict.fromkeys(["settings:team", "settings:team-remove"], Team.objects.first()),
            "settings:user-access": self.users["other"], "settings:user-invite": self.users["other"],
            "settings:user-hand-over": self.users["other"],
            **dict.fromkeys(["sales:view", "sales:view-update", "sales:view-delete"], SavedView.objects.first()),
            "merge-relation": self.relation, "sales:of-relation": self.relation,
            "sales:of-project": self.project, "sales:of-invoice": self.invoice,
            "projects:of-relation": self.relation, "invoicing:of-relation": self.relation,
            **{f"sales:import{what}": self.imported for what in IMPORT_PAGES},
            "sales:timeline-of-relation": self.relation, "sales:timeline-of-project": self.project,
        }  # fmt: skip
        return records.get(name) or records.get(app)

    def address(self, name: str) -> str:
        """The address by this URL name, about its record where it needs one."""
        others = {
            "settings:list": ["phases"], "settings:row-new": ["phases"], "settings:order": ["phases"],
            "settings:row": ["sources", Source.objects.first().pk], "settings:remove": ["phases", self.phase.pk],
            "password_reset_confirm": ["x", "y"],
            "sales:change": [self.sale.pk, "amount"], "sales:feed": ["nobody"],
            "settings:background-run": ["sessions"],
            "settings:mail-decide": [OutgoingMail.objects.get(state=MailState.UNSURE).pk, "drop"],
        }  # fmt: skip
        if name in others:
            return reverse(name, args=others[name])
        app, _colon, kind = name.partition(":")
        if kind in ("note", "note-remove"):
            return reverse(name, args=[self.record(app).pk, self.notes[app].pk])
        if kind == "file":
            return reverse(name, args=[self.record(app).pk, self.notes[app].files.get().key])
        try:
            return reverse(name)
        except NoReverseMatch:
            return reverse(name, args=[self.record(name).pk])


def people() -> dict[str, User]:
    """One user per role, and another salesperson."""
    named = {"salesperson": "Sanne Wit", "manager": "Mila Brand", "administrator": "Ad Mink", "other": "Bram Kok"}
    return {
        key: UserFactory(name=name, email=f"{key}@firma.example", role="salesperson" if key == "other" else key)
        for key, name in named.items()
    }


def fill() -> World:
    """Make it, with every switch that shows something switched on."""
    install_defaults("nl")
    chores.install()
    Organisation.objects.update(
        name="Atelier Zuid B.V.", street="Kade 1", postcode="1011 AA", city="Amsterdam", iban="NL91ABNA0417164300",
        coc_number="12345678", vat_number="NL123456782B90", email="post@zuid.example",
    )  # fmt: skip
    SalesSettings.objects.update(own_probability=True, sales_to_persons=True)
    users = people()
    seller = users["salesperson"]
    Team.objects.create(name="Noord").members.add(seller, users["manager"])
    relation = RelationFactory(
        name="Van Dam B.V.", owner=seller, city="Rotterdam", street="Havenweg 8", postcode="3011 AB",
        invoice_email="facturen@vandam.example", email="post@vandam.example", phone="010 1234567", note="Kwiek",
    )  # fmt: skip
    person = PersonFactory(owner=users["manager"])
    contact = ContactFactory(organization=relation, person=person, function="Inkoper")
    rival = RelationFactory(name="Rivaal N.V.", relation_type=RelationType.objects.last())
    RelationFactory(name="Oud en Stil", is_active=False)
    SavedView.objects.create(owner=seller, name="Kansrijk", query="phase=4&status=open", shared=True)
    phases = list(Phase.objects.all())
    project = _projects(relation, contact, users)
    sale = _open_sales(relation, contact, person, users, phases)
    accepted, lost = _closed_sales(relation, rival, project, users, phases)
    invoice, issued = _invoices(relation, users)
    notes = _notes(sale, relation, project, seller)
    run = _import(users["manager"])
    _mails(users["administrator"])
    return World(
        users, relation, person, contact, sale, accepted, lost, project, invoice, issued, phases[1], notes, run
    )


def _projects(relation: Relation, contact: Contact, users: dict[str, User]) -> Project:
    ProjectFactory(name="Oude kade", customer=relation, manager=users["manager"], status="closed", end_date=today())
    project = ProjectFactory(
        name="Nieuwe kade", number="P1", customer=relation, contact=contact, manager=users["salesperson"],
        start_date=today(),
    )  # fmt: skip
    for method, price in (("fixed_price", "1250.00"), ("hourly", "95.50"), ("subscription", "19.95")):
        ServiceFactory(project=project, description="Heiwerk", unit_price=Decimal(price), billing_method=method)
    return project


def _open_sales(relation, contact, person, users, phases) -> Sale:
    seller, source = users["salesperson"], Source.objects.first()
    worth = [
        ("Loods", phases[0], "24000.00", 20, seller, relation),
        ("Kraan", phases[2], "8000.50", -40, seller, relation),
        ("Sluis", phases[3], None, 70, users["manager"], person),
        ("Brug", phases[4], "99.99", 500, users["manager"], relation),
        ("Dam", phases[1], "1500.00", None, seller, relation),
    ]
    sale, *others = [
        SaleFactory(
            subject=subject, phase=phase, owner=owner, customer=customer, source=source, next_step="Nabellen",
            expected_revenue=revenue and Decimal(revenue), next_step_on=today() - timedelta(days=index - 1),
            expected_end_date=days and today() + timedelta(days=days), contact=contact if not index else None,
        )
        for index, (subject, phase, revenue, days, owner, customer) in enumerate(worth)
    ]  # fmt: skip
    for method, price in (("fixed_price", "1250.00"), ("hourly", "95.50"), ("subscription", "19.95")):
        LineFactory(sale=sale, description="Heiwerk", unit_price=Decimal(price), billing_method=method)
    set_probability(others[1], probability=60, version=1, by=users["manager"])
    return move(sale, phase=phases[2], version=1, by=seller)


def _closed_sales(relation, rival, project, users, phases) -> tuple[Sale, Sale]:
    seller = users["salesperson"]
    accepted, invoiced, lost, missed = (
        SaleFactory(subject=subject, phase=phases[2], owner=seller, customer=relation, expected_revenue=Decimal(worth))
        for subject, worth in (("Kade", "4000"), ("Steiger", "750"), ("Kelder", "1234.56"), ("Gang", "10"))
    )
    LineFactory(sale=accepted, description="Heiwerk")
    LineFactory(sale=invoiced, description="Heiwerk")
    kind, why = relation.relation_type, AcceptReason.objects.first()
    accept(invoiced, reason=why, relation_type=kind, follow_up="invoice", version=1, by=seller)
    accepted = accept(
        accepted, reason=why, relation_type=kind, follow_up="existing_project", project=project, version=1, by=seller
    )
    lose(missed, reason=None, lost_to=None, version=1, by=seller)
    return accepted, lose(lost, reason=LossReason.objects.first(), lost_to=rival, version=1, by=seller)


def _invoices(relation: Relation, users: dict[str, User]) -> tuple[Invoice, Invoice]:
    rates, seller = list(VatRate.objects.all()), users["salesperson"]
    prices = ("1000.00", "12.35", "50.00")
    lines = [Line("Heiwerk", Decimal(2), Decimal(price), rate) for rate, price in zip(rates, prices, strict=False)]
    draft, other = (
        draft_invoice(customer=relation, contact=None, subject=subject, lines=lines, by=seller, supplied_from=today())
        for subject in ("Palen", "Balken")
    )
    return draft, issue(other, version=1, by=users["manager"], on=today())


def _notes(sale: Sale, relation: Relation, project: Project, seller: User) -> dict[str, Note]:
    texts = {
        "sales": SaleNote(sale=sale, kind="call", text="Vraagt om https://zuid.example/"),
        "relations": RelationNote(relation=relation, kind="meeting", text="Kennisgemaakt"),
        "projects": ProjectNote(project=project, text="Begonnen"),
    }
    return {
        app: writing.add(note, uploads=[SimpleUploadedFile("Tekening.pdf", b"%PDF")], by=seller)
        for app, note in texts.items()
    }


def _mails(by: User) -> None:
    """One of every state."""
    for state in MailState:
        mail = outbox.post("test", by.pk, to=by.email, by=by)
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state=state, last_error="" if state == MailState.SENT else "450 4.2.1", attempts=1,
            due_at=mail.due_at if state == MailState.WAITING else None,
            sent_at=mail.requested_at if state == MailState.SENT else None,
        )  # fmt: skip


def _import(by: User) -> ImportRun:
    """A file with a row of every verdict, checked and not yet carried out."""
    rows = ["nummer,onderwerp,klant,fase,verwachte omzet,status", ",Sluis,Van Dam B.V.,Halverwege,10,open"]
    rows += [f"{sale.pk},{sale.subject} 2,{sale.customer},,," for sale in Sale.objects.open()[:1]]
    rows += [f"{sale.pk},{sale.subject},,,," for sale in Sale.objects.open()[1:2]]
    file = SimpleUploadedFile("Sales 2026.csv", "\n".join([*rows, "0,Brug,,,een paar,"]).encode())
    run = uploading.upload(file, kind="sales", by=by, token=uuid4())
    options = {"update": True, "create": True, "owner": by.pk}
    run = running.agree(run, mapping=run.mapping, key=run.key, options=options, version=run.version, by=by)
    run = running.check(run, words={"phase": {"halverwege": "-"}}, version=run.version, by=by)
    while run.is_at_work:
        run = running.advance(run, by=by)
    return run


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """The filled company, made once per module; whatever a test changes in it is rolled back."""
    block = transaction.atomic()
    block._from_testcase = True  # as the one around a test: what is done in it is not one deed
    with django_db_blocker.unblock(), block:
        yield fill()
        transaction.set_rollback(True)
