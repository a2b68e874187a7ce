"""The follow-up of the demo's accepted sales: draft and issued invoices, active and closed projects."""

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from invoicing.drafting import draft_invoice
from invoicing.history import record
from invoicing.issuing import issue
from invoicing.letters import usual_letter
from invoicing.models import Invoice, InvoiceEvent, VatRate
from invoicing.sending import MAIL, OUTCOMES, invoice_address
from projects.models import BillingMethod, Project
from projects.opening import NewProject, open_project
from relations.models import Relation
from sales.demo.histories import SaleHistory
from sales.demo.people import People
from sales.models import FollowUp, SaleLine, SaleStatus
from salescrm.calendar import today
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.models import User

INVOICES, DRAFTS, PROJECTS = 12, 4, 9
FINISHED_AFTER = timedelta(days=200)


def vat_for(customer: Relation, rates: list[VatRate]) -> VatRate:
    """The ordinary rate; reverse charged for a customer with a foreign VAT number."""
    reverse = [rate for rate in rates if rate.category == VatRate.Category.REVERSE]
    foreign = customer.vat_number and not customer.vat_number.startswith("NL")
    return reverse[0] if foreign and reverse else rates[0]


def add_lines(histories: list[SaleHistory], language: str, chance: random.Random) -> dict[int, list[SaleLine]]:
    """Unsaved service lines by history (its `id`); most add up to the expected revenue, some do not."""
    rates = list(VatRate.objects.active())
    return {id(history): _lines(history, language, rates, chance) for history in histories if chance.random() < 0.75}


def _lines(history: SaleHistory, language: str, rates: list[VatRate], chance: random.Random) -> list[SaleLine]:
    total = history.sale.expected_revenue or Decimal(history.kind.amount[0])
    if chance.random() < 0.25:
        total = (total * Decimal("0.9")).quantize(Decimal(1))
    lines, left = [], total
    for position, (nl, en, share, billing) in enumerate(history.kind.lines):
        last = position == len(history.kind.lines) - 1
        amount = left if last else (total * share / 100).quantize(Decimal(1))
        left -= amount
        lines.append(
            SaleLine(
                position=position,
                description=nl if language == "nl" else en,
                quantity=1,
                unit_price=amount,
                billing_method=billing,
                vat_rate=vat_for(history.sale.customer, rates),
            )  # fmt: skip
        )
    return lines


def hand_over(histories: list[SaleHistory], lines: dict[int, list[SaleLine]], people: People) -> None:
    """Give accepted sales their follow-up: an invoice when all lines are fixed price, a project for others."""
    accepted = sorted(
        (history for history in histories if history.sale.status == SaleStatus.ACCEPTED and id(history) in lines),
        key=lambda history: history.sale.closed_on,
    )
    fixed = [history for history in accepted if all(_is_fixed(line) for line in lines[id(history)])]
    invoiced = fixed[-INVOICES:]
    for history in invoiced:
        _invoice(history, lines[id(history)], people, issued=history not in invoiced[-DRAFTS:])
    invoices = [history.sale.invoice for history in invoiced]
    fortnight_ago = today() - timedelta(days=14)
    _mail([one for one in invoices if one.issued_on and one.issued_on < fortnight_ago], people.manager)
    for history in [history for history in accepted if history not in invoiced][-PROJECTS:]:
        _project(history, lines[id(history)])


def _is_fixed(line: SaleLine) -> bool:
    return line.billing_method == BillingMethod.FIXED_PRICE


def _invoice(history: SaleHistory, lines: list[SaleLine], people: People, *, issued: bool) -> None:
    sale = history.sale
    sale.follow_up = FollowUp.INVOICE
    sale.invoice = draft_invoice(
        customer=sale.customer, contact=sale.contact, subject=sale.subject, by=sale.owner, supplied_from=sale.closed_on,
        lines=[line.content for line in lines],
    )  # fmt: skip
    if issued:
        last = (
            Invoice.objects.order_by("-issued_on").exclude(issued_on=None).values_list("issued_on", flat=True).first()
        )
        on = min(max(sale.closed_on + timedelta(days=3), last or sale.closed_on), today())
        sale.invoice = issue(sale.invoice, version=sale.invoice.version, by=people.manager, on=on)


def _mail(invoices: list[Invoice], by: User) -> None:
    """Store what became of the mail of these invoices; the demo sends nothing, and none of them goes out by itself.

    All have arrived but the last two: one is unsure, and of one the address is wrong.
    """
    *arrived, unsure, failed = invoices
    for invoice in arrived:
        _settle(invoice, invoice_address(invoice.customer), MailState.SENT, by=by)
    _settle(unsure, invoice_address(unsure.customer), MailState.UNSURE, by=by, error="Connection unexpectedly closed")
    wrong = invoice_address(failed.customer).replace(".example", ".exampel")
    refusal = f"550 5.1.2 <{wrong}>: Recipient address rejected: Domain not found"
    _settle(failed, wrong, MailState.FAILED, by=by, error=refusal)


def _settle(invoice: Invoice, to: str, state: MailState, *, by: User, error: str = "") -> None:
    now = timezone.now()
    mail = OutgoingMail.objects.create(
        kind=MAIL.name, record=invoice.pk, to=to, by=by, requested_at=now, state=state, attempts=1, last_error=error,
        sent_at=now if state == MailState.SENT else None, message_id=f"<demo-{invoice.number}@outbox.salescrm>",
        **usual_letter(invoice)._asdict(),
    )  # fmt: skip
    Invoice.objects.filter(pk=invoice.pk).update(sent_at=mail.sent_at)
    record(invoice, kind=InvoiceEvent.Kind.POSTED, by=by, detail=to, mail=mail)
    record(invoice, kind=OUTCOMES[state], by=by, detail=f"{to}: {error}" if error else to, mail=mail)


def _project(history: SaleHistory, lines: list[SaleLine]) -> None:
    sale = history.sale
    starts = sale.closed_on + timedelta(days=7)
    project = NewProject(sale.subject, sale.contact, sale.owner, starts, starts + timedelta(days=120), "")
    services = [line.content for line in lines]
    sale.follow_up = FollowUp.NEW_PROJECT
    sale.project, made = open_project(customer=sale.customer, project=project, services=services, by=sale.owner)
    for line, service in zip(lines, made, strict=True):
        line.service = service
    if sale.closed_on < today() - FINISHED_AFTER:
        Project.objects.filter(pk=sale.project.pk).update(status=Project.Status.CLOSED)
