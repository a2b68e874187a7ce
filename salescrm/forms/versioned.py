"""The form of a record that somebody else may change meanwhile (rule 6): one recipe for every page that has one.

As it is shown it carries the version and the `basis`, a sign of every value it was opened with. A stale one is merged
by field, and asks what both changed: a `question` for a row of the conflict table, with its `answer`, stored or mine.
"""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, NamedTuple, Self, TypedDict

from django import forms
from django.db.models import Model
from django.http import HttpRequest, QueryDict

from salescrm.forms.merging import Merge, merge
from salescrm.forms.pieces import Lines, Piece, groups, pieces_of, put_stored, signs_of
from salescrm.forms.submission import submitted_version
from salescrm.versions import Stale, changed, require_current

STORED, MINE = "stored", "mine"


class Row(NamedTuple):
    """A row of the conflict table; `outcome` is stored or mine, nothing where it is asked."""

    name: str
    label: str
    theirs: str
    yours: str
    outcome: str = ""
    answer: str = ""
    is_missing: bool = False
    is_untouched: bool = False  # nobody typed `yours`: it is what was stored when the form was opened

    @classmethod
    def of(cls, piece: Piece, outcome: str = "", answer: str = "", *, is_untouched: bool = False) -> Self:
        """The row of a piece."""
        return cls(*piece.difference, outcome, answer, is_untouched=is_untouched)


class Conflict(TypedDict):
    """What a page says of a stale form: who changed the record, theirs beside yours, and where to begin anew."""

    message: str
    differences: list[Row]
    questions: int
    fixed: bool
    url: str


class VersionedForm[Record: Model]:
    """A form, and that of its lines if it has some, of a record as this request opens it or sends it back.

    `form` and `lines` make them for a record, bound when they are given data; `data` is what was sent. A `fresh` form
    is opened by this request, whatever that sent.
    """

    record: Any  # a Record; as it stands now once it was merged
    form: Any  # of the class the page has for this record
    lines: Any

    def __init__(
        self,
        request: HttpRequest,
        record: Record,
        form: Callable[[QueryDict | None, Record], forms.BaseForm] | None = None,
        *,
        lines: Callable[[QueryDict | None, Record], Lines] | None = None,
        data: QueryDict | None = None,
        fresh: bool = False,
    ):
        self.by, self.url, self.record = request.user, request.get_full_path(), record
        self.form_id = f"form{request.path.replace('/', '-').rstrip('-')}"  # two of them may be open on one page
        self._make_form, self._make_lines = form, lines
        self.is_sent = request.method == "POST" and not fresh
        self.data = request.POST if data is None else data
        self.form, self.lines = self._made(self.data if self.is_sent else None)
        self.version: int = submitted_version(request) if self.is_sent else self.record.version
        self.questions: set[str] = set()
        self.answers: dict[str, str] = {}
        self.basis: dict[str, str] = {}
        self._merged: Conflict | None = None
        if self.is_sent:
            self._read()
            self._take_stored()
        else:
            self.basis = signs_of(self.form, self.lines)

    def _made(self, data: QueryDict | None) -> tuple[forms.BaseForm, Lines | None]:
        """The form and its lines for the record as it is known; the form may do with its copy what it likes."""
        form = self._make_form(data, copy(self.record)) if self._make_form else forms.Form(data)
        return form, self._make_lines(data, self.record) if self._make_lines else None

    def _read(self) -> None:
        """Read the basis, which a client that does not know of it does not have, the questions and the answers."""
        self.basis = dict(pair.split("=", 1) for pair in self.data.get("basis", "").split() if "=" in pair)
        self.questions = {*self.data.getlist("question")}
        answers = {name: self.data.get(f"answer-{name}", "") for name in self.questions}
        self.answers = {name: answer for name, answer in answers.items() if answer in (STORED, MINE)}

    def _take_stored(self) -> None:
        """Let the form hold what is stored where that was the answer."""
        if names := self._as_stored():
            self.form = self._made(self._with_stored(names))[0]

    def _as_stored(self) -> set[str]:
        """What is to stay as it is stored; an answer about what was stored before is none."""
        signs = signs_of(self.form, self.lines) if self.answers else {}
        answers = self.answers.items()
        return {name for name, answer in answers if answer == STORED and self.basis.get(name) == signs.get(name)}

    def _with_stored(self, names: set[str]) -> QueryDict:
        """What was sent, with what is stored under these names."""
        data = self.data.copy()
        for field in (field for name, fields in groups(self.form) if name in names for field in fields):
            put_stored(data, self.form, field)
        return data

    @property
    def context(self) -> dict[str, Any]:
        """What a template needs; `components/version.html` is what the form carries. What was typed stays in view."""
        if self.is_sent and not self._merged:
            self.form.data = self.data
        basis = " ".join(f"{name}={sign}" for name, sign in self.basis.items())
        carried = {"version": self.version, "basis": basis, "form_id": self.form_id}
        return {"form": self.form, "conflict": self.conflict, **carried}

    @property
    def conflict(self) -> Conflict | None:
        """What the page says of a stale form, and of one whose questions were asked before."""
        rows = [] if self._merged else self._questioned()
        return self._table("", rows) if rows else self._merged

    def is_valid(self) -> bool:
        """Whether all of it can be stored and every question has its answer."""
        lines = self.lines is None or self.lines.prefix in self._as_stored() or self.lines.is_valid()
        valid = bool(self.form.is_valid() and lines)
        return valid and not any(row.is_missing for row in self._questioned())

    def _questioned(self) -> list[Row]:
        """The questions this form came with, each with its answer or without one."""
        pieces = pieces_of(*self._made(self.data), self.record) if self.questions else ()
        return [
            Row.of(piece, answer=self.answers.get(piece.name, ""))._replace(is_missing=piece.name not in self.answers)
            for piece in pieces
            if piece.name in self.questions and piece.stored != piece.mine
        ]

    def _table(self, message: str, rows: list[Row], *, fixed: bool = False) -> Conflict:
        questions = sum(not row.outcome for row in rows)
        return Conflict(message=message, differences=rows, questions=questions, fixed=fixed, url=self.url)

    def is_ready(self, stale: Callable[..., Stale] = changed) -> bool:
        """As is_valid(); raises what `stale` gives for an old version that cannot be stored as it is."""
        valid = self.is_valid()
        if not valid:
            require_current(self.record, version=self.version, by=self.by, stale=stale)
        return valid

    def rows(self) -> list[dict[str, Any]]:
        """The lines to store."""
        return self.lines.stored() if self.lines.prefix in self._as_stored() else self.lines.rows()

    def merge(self, refusal: Stale, *, fixed: bool = False) -> None:
        """Merge what was sent with what is stored now, and ask what both changed; nothing of a `fixed` record."""
        self.record = refusal.current
        self.version = self.record.version
        self.form, self.lines = self._made(self.data)
        pieces, stored = list(pieces_of(self.form, self.lines, self.record)), signs_of(self.form, self.lines)
        mine = {piece.name: piece.mine for piece in pieces if not (fixed or piece.fixed)}
        opened = self.basis
        result = merge(opened, stored, mine, before=self.questions)
        self._ask(result.questions, stored)
        outcomes = {piece.name: "" if piece.name in result.questions else _outcome(piece, result) for piece in pieces}
        self._show_stored({name for name, outcome in outcomes.items() if outcome == STORED})
        readable = [piece for piece in pieces if piece.difference.theirs or piece.difference.yours]
        rows = [
            Row.of(piece, outcome, self.answers.get(piece.name, ""), is_untouched=_is_untouched(piece, outcome, opened))
            for piece in readable
            for outcome in [outcomes[piece.name]]
            if piece.stored != piece.mine
        ]
        self._merged = self._table(str(refusal.message), rows, fixed=fixed)

    def _ask(self, names: Iterable[str], stored: dict[str, str]) -> None:
        """What is asked from now on; an answer holds as long as what is stored is what it was given about."""
        self.questions = {*names}
        known = {name for name in self.questions if self.basis.get(name) == stored[name]}
        self.answers = {name: answer for name, answer in self.answers.items() if name in known}
        self.basis = stored

    def _show_stored(self, names: set[str]) -> None:
        """Show what is stored under these names, and what was typed in everything else."""
        data = self._with_stored(names)
        if self._make_lines:
            self.lines = self._make_lines(None if self.lines.prefix in names else self.data, self.record)
        if self._make_form:
            self.form = self._make_form(data, copy(self.record))


def _outcome(piece: Piece, result: Merge[str]) -> str:
    return MINE if result.values.get(piece.name) == piece.mine != piece.stored else STORED


def _is_untouched(piece: Piece, outcome: str, opened: dict[str, str]) -> bool:
    return outcome == STORED and opened.get(piece.name) == piece.mine
