"""Importing sales: what a row changes, and writing it through the domain functions."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from relations.models import Contact, Relation
from sales import editing
from sales.correcting import correct
from sales.imports.deciding import Decision, message_of
from sales.imports.of_sales_back import (
    ENTERED,
    OUTCOME,
    discard_untouched,
    take_back,
)
from sales.imports.of_sales_many import change_together, is_unquestioned
from sales.imports.of_sales_read import SaleReader, alike
from sales.imports.storing import (
    Outcome,
    add_sales,
    close_as_history,
    outcome_of,
    quietly,
)
from sales.models import Phase, Sale, SalesSettings, SaleStatus, Source
from sales.transitions import enter, move, set_probability
from salescrm.models import User

FIELDS = (
    "subject", "start_date", "next_step", "next_step_on", "note", "expected_revenue", "expected_end_date", "owner",
    "source",
)  # fmt: skip
EDITED = (*FIELDS, "customer", "contact")


class SaleImporter(SaleReader):
    """Rows of sales."""

    progress = staticmethod(quietly)

    def check_new(self, decision):
        values, status = decision.values, self._status(decision.values) or str(SaleStatus.OPEN)
        self._divide_closing_day(values, status)
        self._leave_unused(decision, status)
        customer = self._customer(values)
        if customer is None:
            raise ValidationError(_("There is no customer."))
        if not values.get("subject"):
            raise ValidationError(_("There is no subject."))
        after = {name: values[name] for name in FIELDS if values.get(name) is not None}
        after = {"owner": self.owner, **after, "customer": customer}
        if values.get("contact"):
            after["contact"] = self._contact(values["contact"], customer.pk)
        phase = values.get("phase")
        default = values.get("closed_in") or (self.last if status == SaleStatus.ACCEPTED else self.phase)
        after["phase"] = phase if isinstance(phase, Phase) else default
        self._refuse_phase(after["phase"], status)
        after |= self._entered(values, after["phase"])
        self._leave_probability(decision, after["probability"])
        if after["probability_by_hand"] and not SalesSettings.current().own_probability:
            raise ValidationError(_("The probability follows the phase. An administrator can change that."))
        if status != SaleStatus.OPEN:
            after |= {"status": status, **self._outcome(values, status, customer)}
            self._refuse_days(after)
        if values.get("external_reference"):
            after["external_reference"] = values["external_reference"]
        self._refuse_twin(decision, after)
        self._check_new(*(after.get(name) for name in ("customer", "contact", "source")))
        decision.after = after

    def _check_new(self, customer: Relation, contact: Contact | None, source: Source | None) -> None:
        """Check what is required of any new sale, once per slice for each combination."""
        if (customer, contact, source) not in self.checked:
            editing.check_new(Sale(customer=customer, contact=contact, source=source))
            self.checked.add((customer, contact, source))

    def _refuse_phase(self, phase: Phase, status: str) -> None:
        if not phase.is_active and status == SaleStatus.OPEN:
            raise ValidationError(_("This phase is retired. Choose another one."))

    def _refuse_twin(self, decision: Decision, after: dict) -> None:
        keyless = not decision.key or decision.key.startswith("new ")
        features = alike(after["customer"].pk, after["subject"], after.get("expected_revenue"), after.get("start_date"))
        if keyless and (twin := self.here.get(features)):
            message = _("The same sale is here already: number %(number)s.")
            raise ValidationError(message % {"number": twin.pk})

    def compare(self, decision):
        sale, values = decision.target, decision.values
        status = self._status(values) or sale.status
        self._divide_closing_day(values, status)
        self._leave_unused(decision, status)
        if sale.trashed:
            raise ValidationError(_("This sale is in the trash. Restore it first."), code="trashed")
        if external := values.get("external_reference"):
            self._refuse_other_reference(sale, external)
        customer = self._customer(values, sale.customer)
        for name in FIELDS:
            if name in values:
                decision.differ(name, values[name])
        decision.differ("customer", customer)
        if "contact" in values:
            name_of_contact = values["contact"]
            decision.differ("contact", self._contact(name_of_contact, customer.pk) if name_of_contact else None)
        elif "customer" in decision.after:
            decision.differ("contact", None)
        if sale.is_open:
            self._compare_open(decision, customer)
        else:
            self._compare_closed(decision, customer)

    def _compare_open(self, decision: Decision, customer: Relation) -> None:
        values, sale, status = decision.values, decision.target, self._status(decision.values)
        phase = values["phase"] if isinstance(values.get("phase"), Phase) else sale.phase
        moves = phase != sale.phase
        entered = {"phase": phase, **self._entered(values, phase)}
        if not moves and "probability" not in values:
            entered = {}
        if {name: getattr(sale, name) for name in entered} != entered:
            decision.before |= {name: getattr(sale, name) for name in ENTERED}
            decision.after |= entered
        self._leave_probability(decision, entered.get("probability", sale.probability))
        if status in (SaleStatus.ACCEPTED, SaleStatus.LOST):
            outcome = self._outcome(values, status, customer)
            self._refuse_days({"start_date": decision.after.get("start_date", sale.start_date), **outcome})
            decision.before |= {"status": sale.status, **dict.fromkeys(outcome)}
            decision.after |= {"status": status, **outcome}

    def _compare_closed(self, decision: Decision, customer: Relation) -> None:
        values, sale, status = decision.values, decision.target, self._status(decision.values)
        if status and status != sale.status:
            message = _("It is %(here)s here and %(there)s in the file. Reopen it first.")
            params = {"here": sale.get_status_display(), "there": SaleStatus(status).label}
            raise ValidationError(message, code="status", params=params)
        by_hand = values.get("by_hand", False) and values.get("probability") != sale.probability
        if (isinstance(values.get("phase"), Phase) and values["phase"] != sale.phase) or by_hand:
            raise ValidationError(_("This sale is closed, so its phase and probability stay as they stood."))
        self._leave_probability(decision, sale.probability)
        for name, value in self._outcome(values, sale.status, customer).items():
            decision.differ(name, value)
        if {"start_date", "closed_on"} & set(decision.after):
            self._refuse_days({"start_date": sale.start_date, "closed_on": sale.closed_on} | decision.after)

    def create(self, decisions):
        try:
            with transaction.atomic():
                self._add(decisions)
        except (IntegrityError, ValidationError):
            for decision in decisions:
                self._add_alone(decision)

    def _add_alone(self, decision: Decision) -> None:
        try:
            with transaction.atomic():
                self._add([decision])
        except IntegrityError:
            decision.target = None
            decision.refuse(_("There is already a sale with this reference."))
        except ValidationError as error:  # a relation was merged in this very moment
            decision.target = None
            decision.refuse(message_of(error))

    def _add(self, decisions: list[Decision]) -> None:
        drafts = [_draft(decision.after, self.by) for decision in decisions]
        for decision, sale in zip(decisions, add_sales(drafts, by=self.by, progress=self.progress), strict=True):
            decision.target = sale

    def is_unquestioned(self, decision):
        return is_unquestioned(decision)

    def update_together(self, decisions):
        change_together(decisions, by=self.by)

    def update(self, decision):
        sale, after = decision.target, decision.after
        closed = not sale.is_open
        edits = {name: after[name] for name in EDITED if name in after and not (closed and name == "source")}
        if edits:
            sale = editing.edit(sale, values=edits, version=sale.version, by=self.by)
        if "phase" in after:
            sale = self._enter(sale, after)
        if "status" in after:
            sale = close_as_history(sale, outcome_of(after), version=sale.version, by=self.by)
        elif closed and {*OUTCOME, "source"} & set(after):
            sale = self._correct(sale, after)
        return sale

    def _enter(self, sale: Sale, after: dict) -> Sale:
        sale = move(sale, phase=after["phase"], version=sale.version, by=self.by)
        own = after["probability"] if after["probability_by_hand"] else None
        return set_probability(sale, probability=own, version=sale.version, by=self.by)

    def _correct(self, sale: Sale, after: dict) -> Sale:
        """Old history needs no reason (rule 12); but a row may not remove one that is known."""
        excused = not {"accept_reason", "loss_reason"} & set(after)
        outcome = {name: after.get(name, getattr(sale, name)) for name in (*OUTCOME, "source")}
        reason = outcome.pop("accept_reason") or outcome.pop("loss_reason", None)
        outcome.pop("loss_reason", None)
        outcome["explanation"] = outcome.pop("loss_explanation")
        return correct(sale, reason=reason, version=sale.version, by=self.by, excused=excused, **outcome)

    def take_back_together(self, rows):
        return discard_untouched(rows, by=self.by)

    def take_back(self, row):
        return take_back(row, by=self.by)


def _draft(after: dict, by: User | None) -> tuple[Sale, Outcome | None]:
    values = {name: value for name, value in after.items() if name not in ("status", *ENTERED, *OUTCOME)}
    sale = Sale(**values, last_sequence=1, updated_by=by)
    enter(sale, after["phase"])
    sale.probability, sale.probability_by_hand = after["probability"], after["probability_by_hand"]
    return sale, outcome_of(after) if "status" in after else None
