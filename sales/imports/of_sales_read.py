"""Importing sales: which sale a row means, and what its cells mean together."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from relations.models import Contact, Relation
from relations.naming import fold, same_name
from sales.imports.columns import comparable
from sales.imports.deciding import Decision, Importer
from sales.imports.finding import Directory, is_called
from sales.models import Phase, Sale, SaleStatus
from sales.transitions import check_closing_day
from salescrm.calendar import today
from salescrm.models import User
from salescrm.url_words import is_id

RELATED = (
    "customer", "contact__person", "owner", "phase", "source", "accept_reason", "loss_reason", "lost_to",
)  # fmt: skip


class SaleReader(Importer):
    """Looks up everything the rows name, a fixed number of queries for all of them."""

    def label_of(self, values):
        return values.get("subject") or values.get("customer") or values.get("number", "")

    def look_up(self, decisions):
        values = [decision.values for decision in decisions]
        names = {row.get(name) or "" for row in values for name in ("customer", "lost_to")}
        self.directory = Directory(numbers={row.get("customer_number", "") for row in values}, names=names)
        self.sales = self._sales({row.get(self.run.key, "") for row in values} - {""})
        self.visible = self._visible([sale.pk for sale in self.sales.values()])
        customers = self.directory.everybody() | {sale.customer_id for sale in self.sales.values()}
        self.contacts: dict[tuple, list[Contact]] = {}
        for contact in Contact.objects.filter(organization__in=customers).select_related("person"):
            key = (contact.organization_id, fold(contact.person.name))
            self.contacts.setdefault(key, []).append(contact)
        self.here = self._twins(customers, {row.get("subject", "") for row in values})
        self.checked: set[tuple] = set()
        self._defaults()

    def _visible(self, known: list[int]) -> set[int]:
        """Those of these sales that this user may see, in the list or in the trash."""
        places = [Sale.objects.visible_to(self.by), Sale.objects.in_trash(self.by)]
        return {pk for sales in places for pk in sales.filter(pk__in=known).values_list("pk", flat=True)}

    def _sales(self, wanted: set[str]) -> dict[str, Sale]:
        sales = Sale.objects.prefetch_related(*RELATED)  # not joined: most rows name the same few
        if self.run.key == "number":
            numbers = {int(text) for text in wanted if is_id(text)}
            return {str(sale.pk): sale for sale in sales.filter(pk__in=numbers)} if numbers else {}
        # With more than a hundred values the planner does not see that none is empty, and the index has no empty ones.
        rows = sales.filter(external_reference__in=wanted).exclude(external_reference="")
        return {sale.external_reference: sale for sale in rows} if wanted else {}

    def _twins(self, customers: set[int], subjects: set[str]) -> dict[tuple, Sale]:
        if self.twins:
            return {}
        sales = Sale.objects.untrashed().filter(customer__in=customers, subject__in=subjects)
        return {alike(sale.customer_id, sale.subject, sale.expected_revenue, sale.start_date): sale for sale in sales}

    def _defaults(self) -> None:
        options, phases = self.run.options, list(Phase.objects.active())
        self.owner = User.objects.filter(pk=options.get("owner") or 0).first() or self.by
        self.phase = next((phase for phase in phases if phase.pk == options.get("phase")), phases[0])
        self.last = phases[-1]
        self.counted = self._may_be_counted()
        self.today = today()

    def _may_be_counted(self) -> bool:
        """Whether the column of the key counts the rows of its file, or is called what other systems call it too."""
        field = next((field for field in self.fields.items() if field[1].name == self.run.key), None)
        if field is None:
            return False
        place, key = field
        strange = self.run.key == "number" and comparable(self.run.columns[place]) not in key.own()
        return strange or place in self.running

    def key_of(self, values):
        text = values.get(self.run.key, "")
        return text.lstrip("0") if self.run.key == "number" else text

    def matches(self, decision):
        sale = self.sales.get(decision.key)
        if sale is None and self.run.key == "number":
            raise ValidationError(_("There is no sale with the number %(number)s.") % {"number": decision.key})
        if sale is not None and sale.pk not in self.visible:
            raise ValidationError(_("This sale belongs to a colleague whose sales you do not see."))
        if sale is not None and not sale.trashed and not self._fits(decision.values, sale):
            message = _("“%(key)s” is “%(subject)s” of %(customer)s here, so this row seems to be another sale.")
            words = {"key": decision.key, "subject": sale.subject, "customer": sale.customer}
            raise ValidationError(message % words, code="other")
        return [sale] if sale else []

    def _fits(self, values: dict, sale: Sale) -> bool:
        """Whether more than a number says that this sale is meant: its subject or its customer.

        Every list counts its rows and every system its deals from 1, and a customer has many: where a column may be
        such a count, the subject decides.
        """
        subject, name = values.get("subject"), values.get("customer") or ""
        customer = self.directory.by_number(values.get("customer_number", "")) or None
        fits = {
            "subject": fold(subject) == fold(sale.subject) if subject else None,
            "customer": self.directory.fits(sale.customer, name) if name else None,
        }
        if customer:
            fits["customer"] = customer.pk == sale.customer_id
        answers = [fit for fit in fits.values() if fit is not None]
        return (answers[0] if self.counted and answers else any(answers)) or not answers

    def twin_key(self, decision):
        values = decision.values
        customer = values.get("customer_number") or same_name("organization", values.get("customer", ""))
        features = (customer, values.get("subject"), values.get("expected_revenue"), values.get("start_date"))
        return "new {} {} {} {}".format(*features)

    def _customer(self, values: dict, present: Relation | None = None) -> Relation | None:
        """The customer of a row; the present one when the row names nobody else, even if others have the same name."""
        number, name = values.get("customer_number", ""), values.get("customer", "")
        if present and not number and (not name or is_called(present, name)):
            return present
        return self.directory.one(number, name)

    def _contact(self, name: str, customer: int) -> Contact:
        matches = self.contacts.get((customer, fold(name)), [])
        if len(matches) != 1:
            message = _("“%(name)s” is not a contact person of the customer.")
            raise ValidationError(message % {"name": name})
        return matches[0]

    def _status(self, values: dict) -> str:
        """The status a row says: by its own column, else by a stage that stands for an outcome."""
        stage = values.get("phase")
        own, outcome = values.get("status", ""), stage if isinstance(stage, str) else ""
        if own and outcome and own != outcome:
            raise ValidationError(_("Status and phase contradict each other."))
        return str(own or outcome)

    def _divide_closing_day(self, values: dict, status: str) -> None:
        """The closing day of an open sale is the day it is expected to end, as other systems have one day for both."""
        if status == SaleStatus.OPEN and values.get("closed_on") and "expected_end_date" not in self.mapped:
            values["expected_end_date"] = values.pop("closed_on")

    def _leave_unused(self, decision: Decision, status: str) -> None:
        """Note the cells that are not used: of an outcome this sale does not have, or a number it does not get."""
        sale, number = decision.target, decision.values.get("number", "").lstrip("0")
        if status == SaleStatus.OPEN:
            names = ("closed_on", "accept_reason", "loss_reason", "lost_to", "reason", "loss_explanation")
            self.leave(decision, _("The sale is open, so this is not used: %(fields)s."), *names)
        else:
            lost = ("loss_reason", "lost_to", "loss_explanation")
            names = lost if status == SaleStatus.ACCEPTED else ("accept_reason",)
            self.leave(decision, _("This belongs to another outcome, so it is not used: %(fields)s."), *names)
        if number and not (sale and number == str(sale.pk)):
            self.leave(decision, _("Sales get their numbers here, so this is not used: %(fields)s."), "number")

    def _leave_probability(self, decision: Decision, now: int) -> None:
        if decision.values.get("probability") not in (None, now):
            sentence = _("The probability follows the phase, so this is not used: %(fields)s.")
            self.leave(decision, sentence, "probability")
        if decision.values.get("probability") is None:
            self.leave(decision, _("There is no probability, so this is not used: %(fields)s."), "by_hand")

    def _outcome(self, values: dict, status: str, customer: Relation) -> dict:
        """The closing day, reason and competitor of a closed sale in a row."""
        outcome = {}
        if closed_on := values.get("closed_on"):
            outcome["closed_on"] = closed_on
        reason = "accept_reason" if status == SaleStatus.ACCEPTED else "loss_reason"
        if reason in values:
            outcome[reason] = values[reason]
        if status == SaleStatus.LOST and "loss_explanation" in values:
            outcome["loss_explanation"] = values["loss_explanation"]
        if status == SaleStatus.LOST and "lost_to" in values:
            rival = outcome["lost_to"] = self.directory.one("", values["lost_to"] or "")
            if rival is not None and rival.pk == customer.pk:
                raise ValidationError(_("A sale cannot be lost to its own customer."))
        return outcome

    def _refuse_days(self, after: dict) -> None:
        if "closed_on" not in after:
            raise ValidationError(_("It is closed, but without a closing day."), code="no_closing_day")
        check_closing_day(after["closed_on"], start=after.get("start_date"), today=self.today)

    def _entered(self, values: dict, phase: Phase) -> dict:
        """Probability and by-hand mark of a sale that comes to stand in this phase (rule 3)."""
        own = values.get("probability")
        has_column = "by_hand" in self.mapped
        by_hand = own is not None and (values.get("by_hand", False) if has_column else own != phase.probability)
        return {"probability": own if by_hand else phase.probability, "probability_by_hand": bool(by_hand)}

    def _refuse_other_reference(self, sale: Sale, external: str) -> None:
        if external != sale.external_reference:
            raise ValidationError(_("Its reference in another system is another one, and an import keeps that."))


def alike(customer: int, subject: str, amount, start) -> tuple:
    """What two sales have in common that seem to be the same one."""
    return customer, fold(subject), amount, start
