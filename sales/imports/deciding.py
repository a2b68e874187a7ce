"""A verdict per row: what the import will do with it, decided the same way before and during the run."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Min
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sales.imports.cells import Reading, is_nothing, line
from sales.imports.fields import KEYS, fields_of
from sales.imports.lists import Lists
from sales.imports.parsing.reading import Row
from sales.models.imports import ImportRow, ImportRun
from salescrm.calendar import written_day
from salescrm.models import User
from salescrm.templatetags.crm import beginning

Verdict = ImportRow.Verdict
LONGEST_WHY, LONGEST_VALUE = 500, 80  # characters of the reason of a row, and of a value in it


@dataclass
class Decision:
    """What is to be done with one row. `values` is what the row says, `after` what will be written."""

    row: ImportRow | Row
    verdict: str = ""
    why: str = ""
    code: str = ""
    key: str = ""
    label: str = ""
    values: dict = field(default_factory=dict)
    target: models.Model | None = None
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)  # sentences on values of the row that are not used

    def refuse(self, why: str, code: str = "") -> None:
        """This row is not taken over."""
        self.verdict, self.why, self.code = Verdict.REFUSED, why[:LONGEST_WHY], code

    def differ(self, name: str, value) -> None:
        """Change this field of the target when it holds something else."""
        now = getattr(self.target, name)
        if now != value:
            self.before[name], self.after[name] = now, value


def plain(values: dict | None) -> dict | None:
    """Values as the run stores them: records by their id, amounts and days as text."""
    if values is None:
        return None
    ids = {name: value.pk if isinstance(value, models.Model) else value for name, value in values.items()}
    return json.loads(json.dumps(ids, cls=DjangoJSONEncoder))


def message_of(error: ValidationError) -> str:
    """The message of a refusal: one sentence or more."""
    return " ".join(dict.fromkeys(error.messages))


def _in_brackets(value) -> str:
    """A value as people read it, in brackets; of a long text only the beginning."""
    text = written_day(value) if isinstance(value, date) else " ".join(str(value).split())
    return "" if value is True else f" ({beginning(text, LONGEST_VALUE)})"


class Importer(ABC):
    """What all kinds of import share; a subclass matches, writes and takes back its records."""

    def __init__(self, run: ImportRun, *, by: User):
        self.run, self.by = run, by
        options = run.options
        self.fields = {int(place): fields_of(run.kind)[name] for place, name in run.mapping.items()}
        self.mapped = {field.name for field in self.fields.values()}
        self.running = options.get("running", [])
        self.reading = Reading(options.get("numbers", "en"), options.get("dates", "dmy"))
        self.lists = Lists(options.get("words", {}))
        self.clears, self.updates = options.get("clear", False), options.get("update", True)
        self.creates, self.twins = options.get("create", True), options.get("twins", False)

    def decide(self, rows: Iterable[ImportRow], *, trial: bool) -> list[Decision]:
        """A decision per row. With `trial` every change is made and taken back, to know what any rule would refuse."""
        decisions = [self.read(row) for row in rows]
        readable = [decision for decision in decisions if not decision.verdict]
        self.look_up(readable)
        for decision in [decision for decision in readable if not decision.verdict]:
            self._attempt(self._recognise, decision)
        self._refuse_second([decision for decision in decisions if not decision.verdict])
        for decision in [decision for decision in decisions if not decision.verdict]:
            self._attempt(self._settle, decision, trial)
        return decisions

    def _attempt(self, deed: Callable, decision: Decision, *arguments) -> None:
        try:
            deed(decision, *arguments)
        except ValidationError as error:
            decision.refuse(self.worded(error), getattr(error, "code", ""))

    def carry_out(self, decisions: list[Decision]) -> None:
        """Write what was decided; a row that is refused only now is left out, with the reason."""
        self.create([decision for decision in decisions if decision.verdict == Verdict.CREATE])
        updates = [decision for decision in decisions if decision.verdict == Verdict.UPDATE]
        together = [decision for decision in updates if self.is_unquestioned(decision)]
        for decision in [decision for decision in updates if not self.is_unquestioned(decision)]:
            self._attempt(self._update, decision)
        self.update_together(together)

    @transaction.atomic
    def _update(self, decision: Decision) -> None:
        decision.target = self.update(decision)

    def worded(self, error: ValidationError) -> str:
        """A refusal in the words for the readers of this import."""
        return message_of(error)

    def read(self, row: ImportRow) -> Decision:
        """What the cells of a row say; refused when one of them cannot be read."""
        decision, problems = Decision(row), []
        if len(row.cells) > len(self.run.columns):
            problems.append(_("This row has more cells than there are columns."))
        for place, field_ in self.fields.items():
            cell = row.cells[place] if place < len(row.cells) else ""
            try:
                self._read_cell(decision.values, field_, cell)
            except ValidationError as error:
                problems.append(f"{self.run.columns[place] or field_.label}: {message_of(error)}")
        decision.label = self.label_of(decision.values)[:250]
        if problems:
            decision.refuse(" ".join(problems))
        return decision

    def _read_cell(self, values: dict, field_, cell) -> None:
        if is_nothing(cell) and not (field_.choice and self.lists.knows(field_.choice, cell)):
            value = None
        elif field_.choice:
            value = self.lists.find(field_.choice, field_.name, line(cell))
        else:
            value = field_.read(cell, self.reading)
        if value not in (None, ""):
            values[field_.name] = value
        elif self.clears and field_.clears:
            values[field_.name] = field_.empty

    def _recognise(self, decision: Decision) -> None:
        decision.key = self.key_of(decision.values)[:250] if self.run.key else ""
        matches = self.matches(decision) if decision.key else []
        if len(matches) > 1:
            label = KEYS[self.run.kind][self.run.key][0]
            message = _("%(count)d records fit by %(key)s, so it is not clear which one is meant.")
            raise ValidationError(message % {"count": len(matches), "key": label})
        decision.target = matches[0] if matches else None
        if not decision.key and not self.twins:
            decision.key = self.twin_key(decision)[:250]

    def _refuse_second(self, decisions: list[Decision]) -> None:
        """The same record twice in one file: the first row counts."""
        first = self._earlier(decisions)
        for decision in decisions:
            same = [("key", decision.key)] if decision.key else []
            same += [("target", decision.target.pk)] if decision.target else []
            lines = [first[known] for known in same if known in first]
            if lines:
                message = _("The same record stands on line %(line)d already.")
                params = {"line": min(lines), "key": decision.key}
                decision.refuse(self.worded(ValidationError(message, code="twice", params=params)))
            for known in same:
                first.setdefault(known, decision.row.line)

    def _earlier(self, decisions: list[Decision]) -> dict[tuple, int]:
        if not decisions:
            return {}
        keys = {decision.key for decision in decisions if decision.key}
        targets = {decision.target.pk for decision in decisions if decision.target}
        rows = self.run.rows.filter(line__lt=decisions[0].row.line).order_by()
        by_key = rows.filter(key__in=keys).exclude(key="").values_list("key").annotate(Min("line"))
        by_target = rows.filter(target__in=targets).values_list("target").annotate(Min("line"))
        return {("key", key): at for key, at in by_key} | {("target", pk): at for pk, at in by_target}

    def _settle(self, decision: Decision, trial: bool) -> None:
        if decision.target is not None:
            self._settle_known(decision, trial)
        elif self.creates:
            self.check_new(decision)
            decision.verdict = Verdict.CREATE
        else:
            raise ValidationError(_("Not found here, and this import adds nothing new."))
        decision.why = " ".join(filter(None, [decision.why, *decision.unused]))[:LONGEST_WHY]

    def leave(self, decision: Decision, sentence: str, *names: str) -> None:
        """Note in a `sentence` which values of these fields are not used, so that nothing is lost silently."""
        ours, values = fields_of(self.run.kind), decision.values
        held = [name for name in names if values.get(name) not in (None, "", False)]
        labels = [
            f"{capfirst(ours[name].label) if name in ours else name}{_in_brackets(values[name])}" for name in held
        ]
        if held:
            decision.unused.append(sentence % {"fields": ", ".join(labels)})

    def _settle_known(self, decision: Decision, trial: bool) -> None:
        decision.label = str(decision.target)[:250]
        if not self.updates:
            decision.verdict, decision.why = Verdict.UNCHANGED, _("Already here; this import changes nothing.")
            return
        self.compare(decision)
        decision.verdict = Verdict.UPDATE if decision.after else Verdict.UNCHANGED
        if decision.after and trial and not self.is_unquestioned(decision):
            with transaction.atomic():
                self.update(decision)
                transaction.set_rollback(True)

    # What a kind of import defines

    @abstractmethod
    def label_of(self, values: dict) -> str:
        """The label of a row before its record is known."""

    @abstractmethod
    def look_up(self, decisions: list[Decision]) -> None:
        """Read everything these rows name, in a number of queries that does not grow with them."""

    @abstractmethod
    def key_of(self, values: dict) -> str:
        """The key of a row, comparable; empty when it has none."""

    @abstractmethod
    def matches(self, decision: Decision) -> list[models.Model]:
        """The records that answer to the key. Refuses a key that must be known and is not."""

    @abstractmethod
    def twin_key(self, decision: Decision) -> str:
        """What two rows without a key have in common when they seem to be the same."""

    @abstractmethod
    def check_new(self, decision: Decision) -> None:
        """Fill `after` of a new record. Refuses one that cannot be made."""

    @abstractmethod
    def compare(self, decision: Decision) -> None:
        """Fill `before` and `after` of a known record. Refuses what rules forbid."""

    @abstractmethod
    def create(self, decisions: list[Decision]) -> None:
        """Make the new records, and put each into its decision as target."""

    def is_unquestioned(self, decision: Decision) -> bool:
        """Whether no rule can refuse this change any more: then it is not tried, and stored with others like it."""
        return False

    def update_together(self, decisions: list[Decision]) -> None:
        """Write `after` of unquestioned changes, of records that are locked."""
        for decision in decisions:
            decision.target = self.update(decision)

    @abstractmethod
    def update(self, decision: Decision) -> models.Model:
        """Write `after`; returns the record as it then is. Refuses what changed since it was read."""

    def take_back_together(self, rows: list[ImportRow]) -> set[int]:
        """Undo at once what is simple; returns the ids of the rows that are done with. The others go one by one."""
        return set()

    @abstractmethod
    def take_back(self, row: ImportRow) -> str:
        """Undo what was done for this row and not changed since; returns the remainder: what stays and why."""
