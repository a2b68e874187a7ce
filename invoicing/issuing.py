"""Issuing: a draft becomes an invoice with a number, for good (rule 22)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from invoicing.document import Document, compose, freeze
from invoicing.history import claim, commit, require_draft
from invoicing.models import Invoice, InvoiceEvent
from relations.models import Relation
from salescrm.calendar import odd_years, today, written_day
from salescrm.fields import field_of
from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries, next_number
from salescrm.versions import Refused
from salescrm.words import fold

FROZEN = [
    "status", "number", "issued_on", "due_on", "document", "total_excluding_vat", "total_vat", "total_including_vat",
]  # fmt: skip


@transaction.atomic
def issue(invoice: Invoice, *, version: int, by: User, on: date | None = None) -> Invoice:
    """Give a draft its number and date (today, or `on`) and freeze what stands on it (rule 22).

    Numbers are consecutive: one lock lets issues through one by one, a refusal or rollback uses none. Refuses a draft
    that lacks what `obstacles` names, and a day in the future, in an odd year or before the last issued one. Sent twice
    by the same user it gives the first result, else a stale version.
    """
    invoice, repeated = claim(invoice, version=version, by=by, kinds=(InvoiceEvent.Kind.ISSUED,))
    if repeated:
        return invoice
    require_draft(invoice)
    on = on or today()
    if odd := odd_years({"issued_on": on}):
        raise Refused(odd, code="years")
    _check_contents(compose(invoice))
    number = _number(on)
    document = compose(invoice, number=number, on=on)
    invoice.status, invoice.number, invoice.issued_on = Invoice.Status.ISSUED, number, on
    invoice.due_on = on + timedelta(days=invoice.payment_days)
    invoice.document = freeze(document)
    invoice.total_excluding_vat, invoice.total_vat = document.totals.excluding, document.totals.vat
    invoice.total_including_vat = document.totals.including
    return commit(invoice, fields=FROZEN, kind=InvoiceEvent.Kind.ISSUED, by=by, detail=number)


class Obstacle(NamedTuple):
    """What keeps a draft from being issued, and whose page puts it right: "draft", "customer" or "organisation"."""

    code: str
    text: str
    place: str


def obstacles(document: Document) -> list[Obstacle]:
    """Everything that a draft still lacks to be an invoice, a sentence each (rule 22)."""
    return [*_of_draft(document), *_of_customer(document), *_of_organisation(document)]


def _of_draft(document: Document) -> Iterator[Obstacle]:
    if not document.lines:
        yield Obstacle("lines", _("An invoice needs at least one line."), "draft")
    if not document.supplied_from:
        yield Obstacle("supply", _("Fill in when this was supplied: a day, or a period."), "draft")


def _of_customer(document: Document) -> Iterator[Obstacle]:
    customer = document.customer
    abroad = customer["country"] and fold(customer["country"]) != fold(document.seller["country"])
    needed = ["street", "city"] if abroad else ["street", "postcode", "city"]  # not every country has postcodes
    for name in needed:
        if not customer[name].strip():
            words = {"customer": customer["name"], "what": field_of(Relation, name).verbose_name}
            yield Obstacle(f"customer_{name}", _("%(customer)s has no %(what)s.") % words, "customer")
    if document.is_reverse_charged and not customer["vat_number"]:
        text = _("VAT is reverse charged only to a customer with a VAT number. Fill in the VAT number of %(customer)s.")
        yield Obstacle("vat_number", text % {"customer": customer["name"]}, "customer")


def _of_organisation(document: Document) -> Iterator[Obstacle]:
    seller = document.seller
    for name in ("name", "street", "postcode", "city", "coc_number"):
        if not seller[name].strip():
            what = field_of(Organisation, name).verbose_name
            yield Obstacle(f"own_{name}", _("Our own organisation has no %(what)s.") % {"what": what}, "organisation")
    if seller["vat_number"]:
        return
    if document.is_reverse_charged:
        text = _("VAT is reverse charged only with our own VAT number on the invoice.")
    elif document.totals.vat:
        text = _("This invoice charges VAT, and our own organisation has no VAT number.")
    elif not seller["vat_exemption"]:
        text = _("Our own organisation has no VAT number, and states no exemption.")
    else:
        return
    yield Obstacle("own_vat_number", text, "organisation")


def _check_contents(document: Document) -> None:
    refusals = [Refused(obstacle.text, code=obstacle.code) for obstacle in obstacles(document)]
    if refusals:
        raise refusals[0] if len(refusals) == 1 else Refused(refusals)


def _number(on: date) -> str:
    """The next number for an invoice of day `on`; others wait here until this transaction ends."""
    series = NumberSeries.objects.select_for_update().filter(kind=NumberSeries.Kind.INVOICE).first()
    if series is None or not series.is_active:
        raise Refused(_("Invoices have no number pattern. An administrator can set one."), code="numbering")
    if on > today():
        raise Refused({"issued_on": _("An invoice date does not lie in the future.")}, code="future")
    if (last := last_issued_on()) and on < last:
        raise Refused(
            {"issued_on": _("The last invoice is of %(day)s; this one cannot be earlier.")
             % {"day": written_day(last)}},
            code="order",
        )  # fmt: skip
    number = next_number(NumberSeries.Kind.INVOICE, on=on)
    if Invoice.objects.filter(number=number).exists():
        raise Refused(
            _("There is already an invoice %(number)s. Change the number pattern.") % {"number": number}, "taken"
        )
    return number


def last_issued_on() -> date | None:
    """The date of the last issued invoice."""
    return Invoice.objects.issued().aggregate(last=Max("issued_on"))["last"]
