"""A record as a hit: in the answers of a search, and among what somebody has opened lately."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from invoicing.models import Invoice
from projects.models import Project
from relations.models import Relation
from sales.models import SaleStatus
from salescrm.money import format_money
from salescrm.notes.models import NoteKind

# What is read of a record of each kind: the names beside its title, its state, and what sorts it.
SALE = (
    "pk", "subject", "external_reference", "customer__name", "status", "expected_revenue", "updated_at",
    "phase__name", "phase__colour",
)  # fmt: skip
RELATION = (
    "pk", "name", "sort_key", "kind", "number", "city", "email", "is_active", "relation_type__name", "coc_number",
    "vat_number", "phone", "mobile", "iban", "street", "postcode", "website", "invoice_email",
)  # fmt: skip
CONTACT = (
    "pk", "person_id", "person__name", "person__sort_key", "organization__name", "function", "email", "phone",
    "mobile", "person__email", "person__phone", "person__mobile",
)  # fmt: skip
PROJECT = ("pk", "number", "name", "customer__name", "status")
NOTE = ("pk", "about", "on_record", "record", "title", "of", "note_kind", "text", "at")
INVOICE = ("pk", "number", "subject", "customer__name", "status", "total_including_vat")

ICONS = {
    "sale": "chart-bar", "relation": "users", "contact": "user", "project": "folder", "invoice": "document-text",
    "note": "chat-bubble-bottom-center-text",
}  # fmt: skip
APPS = {"sale": "sales", "relation": "relations", "project": "projects"}


@dataclass(frozen=True)
class Hit:
    """A record in the answers: its address, its title and what sets it apart from others of that title."""

    kind: str
    pk: int
    url: str
    title: str
    notes: list[str]
    badge: str = ""
    tone: str = ""
    colour: str = ""

    @property
    def icon(self) -> str:
        """The picture of its kind, as in the menu."""
        return ICONS[self.kind]

    @property
    def note(self) -> str:
        """What stands under its title."""
        return " · ".join(filter(None, self.notes))


def title_of(kind: str) -> str:
    """What records of a kind are called together."""
    return {
        "sale": pgettext("navigation", "Sales"),
        "relation": pgettext("navigation", "Relations"),
        "contact": _("Contact persons"),
        "project": pgettext("navigation", "Projects"),
        "invoice": pgettext("navigation", "Invoices"),
        "note": _("Notes and calls"),
    }[kind]


def sale_hit(row: dict) -> Hit:
    """A sale with its customer and amount; the badge says its phase, or how it ended."""
    amount = row["expected_revenue"]
    number = f"#{row['pk']}" if row.get("exact") else ""
    notes = [number, row["customer__name"], "" if amount is None else format_money(amount, get_language())]
    hit = {"kind": "sale", "pk": row["pk"], "url": reverse("sales:detail", args=[row["pk"]]), "title": row["subject"]}
    match row["status"]:
        case SaleStatus.ACCEPTED:
            return Hit(**hit, notes=notes, badge=pgettext("status", "Accepted"), tone="good")
        case SaleStatus.LOST:
            return Hit(**hit, notes=notes, badge=pgettext("status", "Lost"), tone="bad")
    return Hit(**hit, notes=notes, badge=row["phase__name"], colour=row["phase__colour"])


def relation_hit(row: dict) -> Hit:
    """A relation with its number and city; the badge says its type, or that it is out of use."""
    active = row["is_active"]
    return Hit(
        kind="relation", pk=row["pk"], url=reverse("relations:detail", args=[row["pk"]]), title=row["name"],
        notes=[
            _("person") if row["kind"] == Relation.Kind.PERSON else "", row["number"], row["city"],
            row.get("place", ""),
        ],
        badge=row["relation_type__name"] if active else pgettext("relation", "Deactivated"), tone="neutral",
    )  # fmt: skip


def contact_hit(row: dict) -> Hit:
    """A person at an organization, by the page of the person."""
    return Hit(
        kind="contact", pk=row["person_id"], url=reverse("relations:detail", args=[row["person_id"]]),
        title=row["person__name"],
        notes=[
            row["place"], row["function"], row["organization__name"], row["email"] or row["person__email"],
            "" if row["place"] else row["phone"] or row["mobile"],
        ],
    )  # fmt: skip


def note_hit(row: dict) -> Hit:
    """A note by the part of its text that fits, on the timeline of its record."""
    url = reverse(f"{APPS[row['about']]}:detail", args=[row["record"]])
    return Hit(
        kind="note", pk=row["pk"], url=f"{url}#timeline", title=row["title"], notes=[row["place"], row["of"]],
        badge=NoteKind(row["note_kind"]).label, tone="neutral",
    )  # fmt: skip


def project_hit(row: dict) -> Hit:
    """A project with its number and customer."""
    closed = row["status"] == Project.Status.CLOSED
    return Hit(
        kind="project", pk=row["pk"], url=reverse("projects:detail", args=[row["pk"]]), title=row["name"],
        notes=[row["number"], row["customer__name"]],
        badge=capfirst(Project.Status(row["status"]).label), tone="neutral" if closed else "good",
    )  # fmt: skip


def invoice_hit(row: dict) -> Hit:
    """An invoice with its number, customer and total; a draft has no number yet."""
    draft = row["status"] == Invoice.Status.DRAFT
    title = f"{row['number']} {row['subject']}".strip()
    return Hit(
        kind="invoice", pk=row["pk"], url=reverse("invoicing:detail", args=[row["pk"]]), title=title,
        notes=[row["customer__name"], format_money(row["total_including_vat"], get_language())],
        badge=capfirst(Invoice.Status(row["status"]).label), tone="warn" if draft else "neutral",
    )  # fmt: skip
