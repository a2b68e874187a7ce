"""Taking back what an import did to a sale: through the same functions, with events that say so."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sales import editing
from sales.correcting import correct
from sales.history import claim, commit, commit_many, count_days_anew
from sales.models import Sale, SaleEvent, SaleNote
from sales.models.imports import ImportRow
from sales.reopening import reopen
from sales.trashing import trash
from salescrm.models import User
from salescrm.versions import lock, lock_all

Kind = SaleEvent.Kind
ENTERED = ("phase", "probability", "probability_by_hand")
OUTCOME = ("accept_reason", "loss_reason", "lost_to", "loss_explanation", "closed_on")


def take_back(row: ImportRow, *, by: User) -> str:
    """Put the sale of this row in the trash, or give it its former values; returns what stays and why."""
    sale = lock(Sale.objects.all(), row.target)
    if row.verdict == ImportRow.Verdict.CREATE:
        return _discard(sale, row, by)
    if sale.trashed:
        return _("It is in the trash, as it was.")
    return _Back(sale, row, by).carry_out()


def discard_untouched(rows: list[ImportRow], *, by: User) -> set[int]:
    """Put in the trash all sales these rows created that nobody touched since; returns the ids of their rows.

    A note leaves the version of its sale as it is, and waits for our lock: a sale with a note is touched, too.
    """
    made = {row.target: row for row in rows if row.verdict == ImportRow.Verdict.CREATE}
    locked = lock_all(Sale.objects.filter(pk__in=made, trashed=False))
    sales = [
        sale for sale in locked
        if sale.version == made[sale.pk].version and not (sale.invoice_id or sale.project_id)
    ]  # fmt: skip
    noted = set(SaleNote.objects.filter(sale__in=sales).order_by().values_list("sale", flat=True))
    sales = [sale for sale in sales if sale.pk not in noted]
    for sale in sales:
        sale.trashed, sale.external_reference = True, ""
    commit_many(sales, fields=["trashed", "external_reference"], by=by, kind=Kind.TRASHED)
    return {made[sale.pk].pk for sale in sales}


def _discard(sale: Sale, row: ImportRow, by: User) -> str:
    """Trash the sale and clear its reference, so that the same file can be imported again."""
    if not sale.trashed and sale.version != row.version:
        who = sale.updated_by or _("The system")
        return _("%(who)s changed it since, so it stays.") % {"who": who}
    if not sale.trashed and (note := sale.notes.order_by("-pk").first()):
        return _("%(who)s wrote on its timeline since, so it stays.") % {"who": note.by}
    if not sale.trashed:
        trash(sale, version=sale.version, by=by)
    Sale.objects.filter(pk=sale.pk).update(external_reference="")
    return ""


class _Back:
    """Takes back the changes of one updated sale."""

    def __init__(self, sale: Sale, row: ImportRow, by: User):
        self.sale, self.by = sale, by
        self.before, self.after = row.before, row.after
        self.remainder: list[str] = []

    def carry_out(self) -> str:
        """In the opposite order of the run: closing, phase, fields."""
        if "status" in self.after:
            self._try(["status"], self._reopen)
        elif set(OUTCOME) & set(self.after) or (not self.sale.is_open and "source" in self.after):
            self._try([name for name in (*OUTCOME, "source") if name in self.after], self._correct)
        if "phase" in self.after:
            self._try(["phase"], self._go_back)
        edits = [name for name in self.after if name in (*editing.PLAIN, *editing.WATCHED)]
        if not self.sale.is_open:
            edits = [name for name in edits if name != "source"]
        if edits:
            self._try(edits, lambda: self._edit(edits))
        return " ".join(dict.fromkeys(self.remainder))

    def _try(self, names: list[str], deed) -> None:
        try:
            with transaction.atomic():
                self.sale = deed() or self.sale
        except ValidationError as error:
            self.remainder.append(f"{_labels(names)}: {' '.join(error.messages)}")

    def _unchanged(self, names: list[str]) -> list[str]:
        """Those of these fields that hold what the run wrote; the others stay and are named in the remainder."""
        own, others = [], []
        for name in names:
            field = Sale._meta.get_field(name)
            same = getattr(self.sale, field.attname) == field.to_python(self.after[name])
            gone = self.before[name] is not None and self._former(name) is None
            (own if same and not gone else others).append(name)
        if others:
            self.remainder.append(_("Changed since, so it stays: %(fields)s.") % {"fields": _labels(others)})
        return own

    def _former(self, name: str):
        """The value of before; None for a record that has been removed, a merged relation leads on."""
        field, value = Sale._meta.get_field(name), self.before[name]
        if value is None or not field.is_relation:
            return field.to_python(value)
        former = field.related_model._base_manager.filter(pk=value).first()
        return getattr(former, "merged_into", None) or former

    def _reopen(self) -> Sale | None:
        if self._unchanged([name for name in ("status", *OUTCOME) if name in self.after])[:1] != ["status"]:
            return None
        return reopen(self.sale, delete_follow_up=False, version=self.sale.version, by=self.by)

    def _correct(self) -> Sale | None:
        own = self._unchanged([name for name in (*OUTCOME, "source") if name in self.after])
        if not own:
            return None
        outcome = {name: getattr(self.sale, name) for name in (*OUTCOME, "source")}
        outcome |= {name: self._former(name) for name in own}
        reason = outcome.pop("accept_reason") or outcome["loss_reason"]
        del outcome["loss_reason"]
        outcome["explanation"] = outcome.pop("loss_explanation")
        return correct(self.sale, reason=reason, version=self.sale.version, by=self.by, excused=True, **outcome)

    def _go_back(self) -> Sale | None:
        """Phase, probability and by-hand mark exactly; an undone move leaves the days in the phase as they were."""
        if not self.sale.is_open:
            self.remainder.append(_("It was closed since, so phase and probability stay."))
            return None
        if len(self._unchanged(list(ENTERED))) < len(ENTERED):
            return None
        sale, _repeated = claim(self.sale, version=self.sale.version, by=self.by)
        last = (
            sale.events.exclude(kind=Kind.CHANGED).order_by("-sequence").first()
        )  # its percentage may have come after
        for name in ENTERED:
            setattr(sale, name, self._former(name))
        moved = self.before["phase"] != self.after["phase"]
        kind = Kind.CHANGED if not moved else Kind.UNDONE if last.kind == Kind.MOVED else Kind.MOVED
        commit(sale, fields=ENTERED, by=self.by, kind=kind)
        count_days_anew(Sale.objects.filter(pk=sale.pk))
        return sale

    def _edit(self, names: list[str]) -> Sale | None:
        values = {name: self._former(name) for name in self._unchanged(names)}
        return editing.edit(self.sale, values=values, version=self.sale.version, by=self.by) if values else None


def _labels(names: list[str]) -> str:
    return ", ".join(str(Sale._meta.get_field(name).verbose_name) for name in names)
