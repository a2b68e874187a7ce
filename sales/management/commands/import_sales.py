"""`manage.py import_sales FILE... --mapping M`: the export of another CRM, first as a dry run, then for real."""

import csv
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations
from tqdm import tqdm

from sales.imports.by_mapping.mapping import Mapping, load_mapping
from sales.imports.by_mapping.newcomers import details_of
from sales.imports.by_mapping.of_exports import ExportImporter
from sales.imports.by_mapping.table import Table, read_table, require_columns
from sales.imports.columns import is_weighted, prefer_amount
from sales.imports.deciding import Decision, Verdict
from sales.imports.fields import fields_of
from sales.imports.parsing.reading import ImportProblem, Row
from sales.models import Phase
from salescrm.models import User

VERDICTS = {
    Verdict.CREATE: "create",
    Verdict.UPDATE: "update",
    Verdict.UNCHANGED: "unchanged",
    Verdict.REFUSED: "reject",
}
FOLLOWS = {"probability", "probability_by_hand"}  # from the phase
SHIPPED = Path(__file__).resolve().parents[2] / "mappings"


class Command(BaseCommand):
    help = (
        "Import sales from the export of another CRM (CSV or XLSX). Without --commit it only says what it would do. "
        "A repeated run updates instead of doubling."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="the export; also the file of customers"
        )
        parser.add_argument(
            "--mapping", default="", help="a mapping file, or the name of one in sales/mappings; else the one that fits"
        )
        parser.add_argument("--commit", action="store_true", help="store it, all or nothing")
        parser.add_argument("--rejected", type=Path, metavar="OUT.csv", help="where rejected rows go, with the reason")
        parser.add_argument("--account-for-missing", default="", metavar="NAME", help="customer of rows without one")
        parser.add_argument("--owner", default="", metavar="NAME", help="owner of rows without one (name or e-mail)")
        parser.add_argument(
            "--by", default="", metavar="E-MAIL", help="the user the history names as the one who did it"
        )

    @no_translations
    def handle(self, *args, **options):
        try:
            self._import(options)
        except ImportProblem as problem:
            raise CommandError(str(problem)) from problem

    def _import(self, options: dict) -> None:
        if not Phase.objects.exists():
            raise CommandError("This installation is empty: set it up first (manage.py setup).")
        by = _user(options["by"])
        name = options["mapping"]
        mapping = load_mapping(_mapping_path(name)) if name else _fitting_mapping(options["files"])
        tables, accounts = _tables(options["files"], mapping)
        details, left = details_of(accounts, mapping)
        rows = [row for table in tables for row in table.rows]
        importer = ExportImporter(
            mapping,
            by=by,
            customer=options["account_for_missing"].strip(),
            owner=options["owner"].strip(),
            details=details,
            progress=self._progress,
        )
        decisions = importer.carry_out_all(rows, commit=options["commit"])
        self._report(importer, decisions, options)
        self.stdout.write("\n".join(left), ending="\n" if left else "")
        self._report_unused(tables, mapping.needed())
        self._report_unused(accounts, set(mapping.customers.values()))
        for table in tables:
            self._report_weighted(table.columns, mapping)
        if options["rejected"]:
            columns = list(dict.fromkeys(column for table in tables for column in table.columns))
            _write_rejected(options["rejected"], columns, decisions)

    def _progress(self, items: Iterable, title: str) -> Iterable:
        return tqdm(items, desc=title, disable=None, leave=False)

    def _report(self, importer: ExportImporter, decisions: list[Decision], options: dict) -> None:
        """A verdict per row (when storing only what is not plain news), then the summary."""
        wordy = not options["commit"] or options["verbosity"] > 1
        for decision in decisions:
            if options["verbosity"] and (wordy or decision.verdict in (Verdict.UPDATE, Verdict.REFUSED)):
                reference, why = importer.reader.reference(decision.row), _why(decision)
                self.stdout.write(
                    f"line {decision.row.line} {reference} {VERDICTS[decision.verdict]}{why and ': '}{why}"
                )
        self.stdout.write("")
        words = ("created", "updated") if options["commit"] else ("to create", "to update")
        for word, verdict in zip((*words, "unchanged", "rejected"), VERDICTS, strict=True):
            self.stdout.write(f"{sum(decision.verdict == verdict for decision in decisions):>9} {word}")
        self._report_added(importer, decisions, options["commit"])
        if not options["commit"]:
            self.stdout.write("Nothing was stored. Run it again with --commit to store this.")

    def _report_unused(self, tables: list[Table], used: set[str]) -> None:
        """Name the columns and sheets that are not used, so that nothing of a file is left out silently."""
        for table in tables:
            if unused := [column for column in table.columns if column and column not in used]:
                self.stdout.write(f"Columns that are not used: {', '.join(unused)} ({table.path.name})")
            if table.beside:
                self.stdout.write(f"Sheets that are not read: {', '.join(table.beside)} ({table.path.name})")

    def _report_weighted(self, columns: list[str], mapping: Mapping) -> None:
        """Warn when the mapped amount seems to be weighted."""
        amount, field = mapping.columns.get("expected_revenue", ""), fields_of("sales")["expected_revenue"]
        place = str(columns.index(amount)) if amount in columns else ""
        if place and (is_weighted(amount) or place not in prefer_amount(columns, {place: field.name}, field)):
            self.stdout.write(f'"{amount}" seems to be the weighted amount: name the column of the full one.')

    def _report_added(self, importer: ExportImporter, decisions: list[Decision], committed: bool) -> None:
        added = "added" if committed else "would be added"
        taken = [decision.values for decision in decisions if decision.verdict != Verdict.REFUSED]
        owners, customers = ({values[name] for values in taken} for name in ("owner", "customer"))
        new = sorted(map(str, importer.newcomers.owners))
        self.stdout.write(f"{len(owners):>9} owners, {len(new)} {added}; {len(customers)} customers, "
                          f"{len(importer.newcomers.customers)} {added}")  # fmt: skip
        if new:
            self.stdout.write(f"These owners cannot log in until they have an e-mail address: {', '.join(new)}")


def _why(decision: Decision) -> str:
    """Why a row is rejected, or what it changes; and what of it is not used."""
    changed = ", ".join(sorted(set(decision.after) - FOLLOWS)) if decision.verdict == Verdict.UPDATE else ""
    return "; ".join(filter(None, [changed, decision.why]))


def _user(email: str) -> User | None:
    if not email:
        return None
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None or not user.has_perm("sales.import_sale"):
        raise CommandError(f"{email} is not a user who may import sales.")
    return user


def _mapping_path(written: str) -> Path:
    path = Path(written)
    shipped = SHIPPED / f"{written.removesuffix('.toml').replace('-', '_')}.toml"
    if path.exists() or not shipped.exists():
        return path
    return shipped


def _fitting_mapping(paths: list[Path]) -> Mapping:
    """The shipped mapping whose columns one of the files has."""
    for shipped in sorted(SHIPPED.glob("*.toml")):
        mapping = load_mapping(shipped)
        if any(mapping.needed() <= set(read_table(path, mapping).columns) for path in paths):
            return mapping
    raise ImportProblem("No mapping in sales/mappings fits these columns: write one and name it with --mapping.")


def _tables(paths: list[Path], mapping: Mapping) -> tuple[list[Table], list[Table]]:
    """The files with sales, and those of customers."""
    tables, accounts = [], []
    for path in paths:
        table = read_table(path, mapping)
        if path.name == mapping.customers.get("file"):
            require_columns(table, set(mapping.customers.values()) - {path.name})
            accounts.append(table)
        else:
            require_columns(table, mapping.needed())
            tables.append(table)
    if not tables:
        raise ImportProblem("Name the file that holds the sales too.")
    return tables, accounts


def _write_rejected(path: Path, columns: list[str], decisions: list[Decision]) -> None:
    """Rejected rows as they stood, with the reason as one more column; the mark makes spreadsheets read UTF-8."""
    try:
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            writer = csv.writer(out)
            writer.writerow([*columns, "reason"])
            for decision in decisions:
                if decision.verdict == Verdict.REFUSED:
                    writer.writerow([*(_cell(decision.row, name) for name in columns), decision.why])
    except OSError as error:
        raise CommandError(f"Only the file of rejected rows could not be written: {error}") from error


def _cell(row: Row, name: str) -> str:
    value = row.cells.get(name, "")
    return "" if value is None else str(value)
