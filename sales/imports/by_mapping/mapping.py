"""The mapping file: which column is which field, and which of their stages is which of our phases or outcomes."""

import string
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sales.imports.parsing.reading import ImportProblem
from sales.models import AcceptReason, LossReason, Phase, SaleStatus
from salescrm.words import fold

SECTIONS = {"file", "columns", "subject", "stages", "corrections", "customers"}
FIELDS = {
    "reference", "subject", "stage", "owner", "customer", "start_date", "closed_on", "expected_revenue",
    "expected_end_date", "source", "reason", "note", "next_step", "next_step_on",
}  # fmt: skip
CUSTOMER_FIELDS = {"email", "phone", "mobile", "website", "street", "postcode", "city", "country", "note"}
REASONS = {SaleStatus.ACCEPTED: AcceptReason, SaleStatus.LOST: LossReason}


@dataclass(frozen=True)
class Stage:
    """What one of their stages means here: a status, the phase it stands (or stood) in, perhaps a fixed reason."""

    status: str
    phase: Phase
    reason: AcceptReason | LossReason | None = None


@dataclass(frozen=True)
class Mapping:
    """A mapping file that has been read; `stages` is still as written, see `resolve_stages`."""

    columns: dict[str, str]
    stages: dict[str, dict]
    subject: str = ""
    dates: str = "%Y-%m-%d"
    numbers: str = "en"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    corrections: dict[str, dict[str, str]] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)

    def needed(self) -> set[str]:
        """The columns the file must have."""
        return {*self.columns.values(), *placeholders(self.subject), *self.corrections}


def placeholders(template: str) -> list[str]:
    """The column names in a template such as "{product} for {account}"."""
    try:
        return [name for _text, name, _spec, _conversion in string.Formatter().parse(template) if name]
    except ValueError as error:
        raise ImportProblem(f'The template "{template}" cannot be read: {error}.') from error


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Refuses a word it does not know, so that a typing error never goes unnoticed."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportProblem(f"The mapping {path} cannot be read: {error}") from error
    _refuse_unknown(path, "section", written, SECTIONS)
    _refuse_unknown(path, "field in [columns]", written.get("columns", {}), FIELDS)
    _refuse_unknown(path, "key in [file]", written.get("file", {}), _FILE)
    _refuse_unknown(path, "key in [subject]", written.get("subject", {}), {"template"})
    _refuse_unknown(path, "key in [customers]", written.get("customers", {}), {"file", "key"} | CUSTOMER_FIELDS)
    for name in ("reference", "stage", "customer"):
        if name not in written.get("columns", {}):
            raise ImportProblem(f"The mapping {path} names no column for {name} in [columns].")
    mapping = Mapping(
        columns=written["columns"],
        stages={fold(name): stage for name, stage in written.get("stages", {}).items()},
        subject=written.get("subject", {}).get("template", ""),
        corrections=written.get("corrections", {}),
        customers=written.get("customers", {}),
        **written.get("file", {}),
    )
    if mapping.numbers not in ("en", "nl"):
        raise ImportProblem('numbers in [file] is "en" (1,234.56) or "nl" (1.234,56).')
    return mapping


_FILE = {"dates", "numbers", "encoding", "delimiter", "sheet"}


def _refuse_unknown(path: Path, what: str, words: Iterable[str], known: set[str]) -> None:
    unknown = sorted(set(words) - known)
    if unknown:
        raise ImportProblem(f'Unknown {what} in {path}: "{unknown[0]}". Known are: {", ".join(sorted(known))}.')


def resolve_stages(mapping: Mapping) -> dict[str, Stage]:
    """Find the phases and reasons the mapping names. Refuses what does not exist here, once and clearly."""
    if not mapping.stages:
        raise ImportProblem("The mapping has no [stages]: say what each stage of the other system means.")
    phases = list(Phase.objects.active())
    return {name: _resolve(name, written, phases) for name, written in mapping.stages.items()}


def _resolve(name: str, written: dict, phases: list[Phase]) -> Stage:
    _refuse_unknown(Path("[stages]"), f'key of the stage "{name}"', written, {"status", "phase", "reason"})
    status = written.get("status", SaleStatus.OPEN)
    if status not in SaleStatus.values:
        raise ImportProblem(f'The stage "{name}" has status "{status}": choose {", ".join(SaleStatus.values)}.')
    reason = written.get("reason")
    if reason is not None:
        known = REASONS[status].objects.all() if status in REASONS else []
        reason = next((row for row in known if fold(row.name) == fold(reason)), None)
        if reason is None:
            raise ImportProblem(f'The stage "{name}" names the reason "{written["reason"]}", which does not exist.')
    return Stage(status, _phase(name, written.get("phase"), phases), reason)


def _phase(stage: str, wanted: int | str | None, phases: list[Phase]) -> Phase:
    """A phase by its place on the bar (1 is the first, -1 the last), its percentage ("50 %") or its name."""
    if isinstance(wanted, int) and wanted and abs(wanted) <= len(phases):
        return phases[wanted - 1 if wanted > 0 else wanted]
    if isinstance(wanted, str):
        percent = wanted.replace("%", "").strip() if wanted.endswith("%") else None
        matches = [p for p in phases if fold(p.name) == fold(wanted) or str(p.probability) == percent]
        if len(matches) == 1:
            return matches[0]
    names = ", ".join(f'{place} or "{phase.name}"' for place, phase in enumerate(phases, start=1))
    raise ImportProblem(f'The stage "{stage}" needs one of our phases; {wanted!r} is none. Choose from: {names}.')
