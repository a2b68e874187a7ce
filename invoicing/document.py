"""The document: everything that stands on the invoice, live for a draft, frozen as JSON once issued (rule 22)."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stdnum import iban

from invoicing.models import Invoice, InvoiceLine
from invoicing.vat import Totals, VatGroup, totals
from relations.models import Relation
from salescrm.models import Organisation

SELLER = [
    "name",
    "street",
    "postcode",
    "city",
    "country",
    "email",
    "phone",
    "website",
    "coc_number",
    "vat_number",
    "vat_exemption",
    "iban",
]
CUSTOMER = ["name", "number", "street", "postcode", "city", "country", "vat_number"]


@dataclass(frozen=True)
class DocumentLine:
    """A line as it is printed."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    percent: Decimal
    category: str


@dataclass(frozen=True)
class Document:
    """An invoice as it is printed, in the customer's language."""

    language: str
    seller: dict[str, str]
    customer: dict[str, str]
    contact: str
    number: str
    issued_on: date | None
    due_on: date | None
    payment_days: int
    subject: str
    reference: str
    note: str
    lines: tuple[DocumentLine, ...]
    totals: Totals
    supplied_from: date | None = None  # older invoices have none: rule 22 asks for it since
    supplied_until: date | None = None

    @property
    def is_reverse_charged(self) -> bool:
        """Whether the customer's VAT number has to stand on it."""
        return any(group.category == "reverse" for group in self.totals.groups)


def compose(invoice: Invoice, *, number: str = "", on: date | None = None) -> Document:
    """The document of a draft as its contents, the customer and our organisation are now."""
    lines = list(invoice.lines.select_related("vat_rate"))
    return Document(
        language=language_of(invoice.customer),
        seller=_seller(Organisation.current()),
        customer=_parts(invoice.customer, CUSTOMER),
        contact=str(invoice.contact.person) if invoice.contact else "",
        number=number,
        issued_on=on,
        due_on=on and on + timedelta(days=invoice.payment_days),
        payment_days=invoice.payment_days,
        subject=invoice.subject,
        reference=invoice.reference,
        note=invoice.note,
        lines=tuple(_line(line) for line in lines),
        totals=totals((line.amount, line.vat_rate) for line in lines),
        supplied_from=invoice.supplied_from,
        supplied_until=invoice.supplied_until,
    )


def language_of(customer: Relation) -> str:
    """The language this customer reads."""
    return customer.language or Organisation.current().language


def _parts(source: Organisation | Relation, names: list[str]) -> dict[str, str]:
    return {name: getattr(source, name) for name in names}


def _seller(organisation: Organisation) -> dict[str, str]:
    return {**_parts(organisation, SELLER), "iban": iban.format(organisation.iban)}


def _line(line: InvoiceLine) -> DocumentLine:
    rate = line.vat_rate
    return DocumentLine(
        line.description, line.quantity, line.unit_price, line.amount, Decimal(rate.percent), str(rate.category)
    )


def freeze(document: Document) -> dict:
    """The document as JSON: amounts and days as text, so that nothing is lost."""
    plain = asdict(document)
    totals = document.totals
    plain["totals"] = {
        "groups": [{"category": g.category, "percent": g.percent, "base": g.base, "vat": g.vat} for g in totals.groups],
        "excluding": totals.excluding,
        "vat": totals.vat,
        "including": totals.including,
    }
    return _plain(plain)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case Decimal() | date():
            return str(value)
    return value


def thaw(stored: dict) -> Document:
    """The document that `freeze` stored."""
    amounts = {name: Decimal(stored["totals"][name]) for name in ("excluding", "vat", "including")}
    groups = tuple(
        VatGroup(g["category"], Decimal(g["percent"]), Decimal(g["base"]), Decimal(g["vat"]))
        for g in stored["totals"]["groups"]
    )
    lines = tuple(DocumentLine(**_thawed(line)) for line in stored["lines"])
    names = ("issued_on", "due_on", "supplied_from", "supplied_until")
    days = {name: date.fromisoformat(stored[name]) for name in names if stored.get(name)}
    return Document(**{**stored, **days, "lines": lines, "totals": Totals(groups, **amounts)})


def _thawed(line: dict) -> dict[str, Any]:
    texts = ("description", "category")
    return {name: value if name in texts else Decimal(value) for name, value in line.items()}


def document_of(invoice: Invoice) -> Document:
    """The frozen document of an issued invoice, the living one of a draft."""
    return compose(invoice) if invoice.is_draft else thaw(invoice.document or {})
