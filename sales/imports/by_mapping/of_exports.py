"""Importing the export of another system by a mapping file: the same decisions, for repeated imports."""

from django.core.exceptions import ValidationError
from django.db import transaction

from relations.merging import hold_unmerged
from relations.models import Relation
from relations.naming import fold, same_name
from sales.imports.by_mapping.mapping import Mapping, resolve_stages
from sales.imports.by_mapping.newcomers import Newcomers
from sales.imports.by_mapping.rows import RowReader
from sales.imports.cells import counts_rows
from sales.imports.deciding import Decision, message_of
from sales.imports.lists import add_colleague
from sales.imports.of_sales import SaleImporter
from sales.imports.parsing.reading import Row
from sales.imports.storing import Progress, one_at_a_time, quietly
from sales.models import Sale, SaleStatus
from sales.models.imports import ImportRun
from salescrm.models import User
from salescrm.versions import lock_all

# Refusals in the words of the command: they tell a system's administrator what to do in the CRM.
WORDS = {
    "twice": "reference %(key)s stands already on line %(line)d",
    "trashed": "the sale is in the trash: restore it in the CRM first",
    "status": "the sale is %(here)s in the CRM and %(there)s in the file: reopen it in the CRM first",
    "closed": "the sale is closed in the CRM, so %(fields)s stays as it stood: reopen it first",
    "no_closing_day": "closed, but without a closing day",
    "future": "the closing day lies in the future",
    "closed_before_start": "closed before it started",
    "several": "%(count)d relations are called “%(name)s”: merge or rename them in the CRM first",
}


class ExportImporter(SaleImporter):
    """Rows of an export: recognised by their reference, every sale is seen, unknown owners and customers are added."""

    def __init__(
        self, mapping: Mapping, *, by: User | None, customer: str = "", owner: str = "",
        details: dict[str, dict] | None = None, progress: Progress = quietly,
    ):  # fmt: skip
        self.counted = False  # whether the references count the rows of the file
        super().__init__(ImportRun(kind="sales", key="external_reference", options={"twins": True}), by=by)
        self.reader = RowReader(mapping, resolve_stages(mapping), self.lists, customer=customer, owner=owner)
        self.mapped = set(mapping.columns)
        self.newcomers = Newcomers(details or {}, by=by)
        self.progress = progress

    @transaction.atomic
    def carry_out_all(self, rows: list[Row], *, commit: bool) -> list[Decision]:
        """Store all rows or none, and return the decisions; without `commit` nothing is stored."""
        one_at_a_time()
        self.counted = counts_rows([self.reader.reference(row) for row in rows])
        decisions = self.decide(self.progress(rows, "rows"), trial=not commit)
        if commit:
            self.carry_out(decisions)
        else:
            transaction.set_rollback(True)
        return decisions

    def read(self, row):
        decision = Decision(row)
        try:
            decision.values = self.reader.read(row)
        except ValidationError as error:
            decision.refuse("; ".join(error.messages))
        return decision

    def look_up(self, decisions):
        rows = [decision.values for decision in decisions]
        # All at once and in the order in which everybody locks: see running.py.
        known = Sale.objects.filter(external_reference__in=[values["external_reference"] for values in rows])
        lock_all(known.exclude(external_reference="").only("pk"))
        super().look_up(decisions)
        if named := self.directory.everybody():
            hold_unmerged(*named)  # before a new relation gets a number: see LOCK_ORDER
        self.buyers = {
            same_name("organization", values["customer"]) for values in rows if values["status"] == SaleStatus.ACCEPTED
        }

    def _settle(self, decision, trial):
        """Try a row that adds users or relations at once: when it is refused, they are removed again."""
        owners, customers = len(self.newcomers.owners), len(self.newcomers.customers)
        if self._knows_everybody(decision.values):
            super()._settle(decision, trial)
            return
        try:
            with transaction.atomic():
                super()._settle(decision, True)
        except ValidationError:
            self._forget(self.newcomers.owners[owners:], self.newcomers.customers[customers:])
            raise

    def _knows_everybody(self, values: dict) -> bool:
        colleagues = self.lists.choices("owner").names
        return bool(colleagues.get(fold(values["owner"]))) and self.directory.knows(values["customer"])

    def _forget(self, owners: list[User], customers: list[Relation]) -> None:
        for owner in owners:
            self.lists.choices("owner").drop(str(owner.pk))
            self.newcomers.owners.remove(owner)
        for customer in customers:
            self.directory.drop(customer)
            self.newcomers.customers.remove(customer)

    def check_new(self, decision):
        self._meet(decision.values)
        super().check_new(decision)

    def compare(self, decision):
        self._meet(decision.values, present=decision.target.owner)
        super().compare(decision)

    def _meet(self, values: dict, *, present: User | None = None) -> None:
        """Add an unknown owner or customer, and replace the owner's name by the user: the present one, if so named."""
        owner, customer, colleagues = values["owner"], values["customer"], self.lists.choices("owner")
        if not colleagues.names.get(fold(owner)):
            add_colleague(colleagues, self.newcomers.owner(owner))
        same = present and fold(owner) in (fold(str(present)), present.email)
        values["owner"] = present if same else self.lists.find("owner", "owner", owner)
        if not self.directory.knows(customer):
            self.directory.refuse_alike(customer)
            bought = same_name("organization", customer) in self.buyers
            self.directory.add(self.newcomers.customer(customer, bought=bought))

    def worded(self, error):
        fields = getattr(error, "error_dict", {})
        first = next(iter(fields.values()))[0] if fields else error.error_list[0]
        words = WORDS.get(first.code)
        return words % {**(first.params or {}), "fields": ", ".join(sorted(fields))} if words else message_of(error)

    def _may_be_counted(self):
        return self.counted

    def _earlier(self, decisions):
        return {}  # all rows are decided together

    def _visible(self, known):
        return set(known)
