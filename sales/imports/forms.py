"""The forms of an import: the file, what its columns are, and what its words mean."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from relations.models import Relation, RelationType
from relations.naming import fold
from sales.imports.columns import Field
from sales.imports.fields import (
    KEYS,
    NEEDED,
    fields_of,
    fitting_keys,
)
from sales.imports.lists import (
    DEFAULT,
    REFUSE,
    REST,
    Lists,
)
from sales.imports.of_relations import HOUSE
from sales.imports.proposing import first_rows, left_alone, samples_of
from sales.imports.wording import Word, words_of
from sales.models import Phase
from sales.models.imports import ImportRun
from salescrm.models import User

Kind = ImportRun.Kind
WHAT = [
    (Kind.SALES, gettext_lazy("Sales")),
    (Kind.RELATIONS, gettext_lazy("Relations")),
    (Kind.CONTACTS, gettext_lazy("Contact persons")),
]


class UploadForm(forms.Form):
    """What is imported, and from which file."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What does the file hold?"), choices=WHAT, initial=Kind.SALES, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=gettext_lazy("CSV or Excel, with the headings in the first row. At most 20 MB and 100,000 rows."),
        allow_empty_file=True,  # refused with our own words
    )


def _within(label: str) -> str:
    """A label as it is written inside a sentence; a name such as KvK or IBAN keeps its capitals."""
    return label[:1].lower() + label[1:] if label[1:].islower() else label


class ColumnsForm(forms.Form):
    """Per column what it is; and how the file is read, recognised and completed."""

    key = forms.ChoiceField(label=gettext_lazy("Recognised by"), required=False)
    update = forms.BooleanField(label=gettext_lazy("Update what is here already"), required=False)
    create = forms.BooleanField(label=gettext_lazy("Add what is new"), required=False)
    clear = forms.BooleanField(label=gettext_lazy("Empty cells clear what is here"), required=False)
    twins = forms.BooleanField(label=gettext_lazy("Also add what looks like something that is here"), required=False)
    numbers = forms.ChoiceField(
        label=pgettext_lazy("import", "Numbers"), choices=[("nl", "1.234,56"), ("en", "1,234.56")]
    )
    dates = forms.ChoiceField(
        label=pgettext_lazy("import", "Dates"), choices=[("dmy", "31-12-2026"), ("mdy", "12/31/2026")]
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Owner, where the file says none"))
    phase = forms.ModelChoiceField(
        Phase.objects.none(), label=gettext_lazy("Phase, where the file says none"), empty_label=None
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind, where the file says none"),
        choices=[
            (Relation.Kind.ORGANIZATION, gettext_lazy("Organization")),
            (Relation.Kind.PERSON, gettext_lazy("Person")),
        ],
    )
    relation_type = forms.ModelChoiceField(
        RelationType.objects.none(), label=gettext_lazy("Relation type, where the file says none"), empty_label=None
    )

    DEFAULTS = {
        Kind.SALES: ["owner", "phase"],
        Kind.RELATIONS: ["kind", "relation_type", "owner"],
        Kind.CONTACTS: [],
    }
    CHOICES = ("update", "create", "clear", "twins", "numbers", "dates")

    def __init__(self, *args, run: ImportRun, by: User, **kwargs):
        self.run, self.ours = run, fields_of(run.kind)
        super().__init__(*args, initial=self._initial(run, by), **kwargs)
        for name in {"owner", "phase", "kind", "relation_type"} - set(self.DEFAULTS[run.kind]):
            del self.fields[name]
        self._offer()
        choices = [("", _("Do not import")), *((name, capfirst(field.label)) for name, field in self.ours.items())]
        why = left_alone(run)
        for place, column in enumerate(run.columns):
            texts = {"label": column or _("Column %(number)d") % {"number": place + 1}, "help_text": why.get(place, "")}
            self.fields[f"column-{place}"] = forms.ChoiceField(choices=choices, required=False, **texts)
        keys = [(name, label) for name, (label, _needed) in KEYS[run.kind].items()]
        self.fields["key"].choices = [("", _("Nothing: every row is new")), *keys]

    def _initial(self, run: ImportRun, by: User) -> dict:
        mapped = {f"column-{place}": name for place, name in run.mapping.items()}
        first = Phase.objects.active().first()
        start = {"update": bool(run.key), "create": True, "owner": by.pk, "phase": first and first.pk}
        start |= {"relation_type": RelationType.objects.proposed(), "kind": Relation.Kind.ORGANIZATION}
        return start | run.options | mapped | {"key": run.key}

    def _offer(self) -> None:
        offered = {
            "owner": User.objects.active(self.initial["owner"]), "phase": Phase.objects.active(),
            "relation_type": RelationType.objects.active(),
        }  # fmt: skip
        for name in self.DEFAULTS[self.run.kind]:
            if name in offered:
                self.fields[name].queryset = offered[name]
        if self.run.kind == Kind.RELATIONS:
            self.fields["owner"].required, self.fields["owner"].empty_label = False, _("No owner")
        elif self.run.kind == Kind.SALES:
            self.fields["owner"].empty_label = None

    @cached_property
    def columns(self) -> list[dict]:
        """What the page shows per column: the field to choose, and what the first cells hold."""
        samples = samples_of(self.run, first_rows(self.run), 3)
        return [{"field": self[f"column-{place}"], "samples": cells} for place, cells in enumerate(samples)]

    @property
    def defaults(self) -> list:
        """The fields with a default for rows without a value."""
        return [self[name] for name in self.DEFAULTS[self.run.kind]]

    def clean(self):
        data = super().clean()
        seen: dict[str, str] = {}
        for place in range(len(self.run.columns)):
            name = data.get(f"column-{place}", "")
            if name and name in seen:
                message = _("“%(column)s” is this already.") % {"column": self.fields[seen[name]].label}
                self.add_error(f"column-{place}", message)
            seen.setdefault(name, f"column-{place}")
        self._check_use(data, set(seen) - {""})
        return data

    def _check_use(self, data: dict, mapped: set[str]) -> None:
        if not mapped:
            raise ValidationError(_("Say of at least one column what it is."))
        if not (data["update"] or data["create"]):
            raise ValidationError(_("Choose whether to update, to add, or both."))
        key = data.get("key", "")
        if key and key not in fitting_keys(self.run.kind, mapped):
            self.add_error("key", self._lacking(KEYS[self.run.kind][key][1], mapped))
        if not key and data["update"]:
            self.add_error("key", _("To update, choose what records are recognised by."))
        if mapped & set(HOUSE) and "street" not in mapped:
            raise ValidationError(_("A house number goes behind the street: say which column is the street."))
        if data["create"] and (missing := [some for some in NEEDED[self.run.kind] if not mapped & set(some)]):
            self.add_error("create", self._lacking(missing, mapped))

    def _lacking(self, needed: list[tuple], mapped: set[str]) -> str:
        names = [_within(str(self.ours[some[0]].label)) for some in needed if not mapped & set(some)]
        return _("For this a column has to be: %(fields)s.") % {"fields": ", ".join(names)}

    def mapping(self) -> dict[str, str]:
        """The field of every column that is imported, by its place."""
        selection = {str(place): self.cleaned_data[f"column-{place}"] for place in range(len(self.run.columns))}
        return {place: name for place, name in selection.items() if name}

    def options(self) -> dict:
        """The other answers, as a run stores them."""
        defaults = {name: self.cleaned_data[name] for name in self.DEFAULTS[self.run.kind]}
        return {name: self.cleaned_data[name] for name in self.CHOICES} | {
            name: getattr(value, "pk", value) for name, value in defaults.items()
        }


class WordsForm(forms.Form):
    """What the words of a file mean that are no names of ours, and every word for phase and status."""

    def __init__(self, *args, run: ImportRun, **kwargs):
        super().__init__(*args, **kwargs)
        self.lists, self.words = Lists({}), words_of(run)
        meanings = run.options.get("words", {})
        for number, word in enumerate(self.words):
            known = meanings.get(word.field.name, {}).get(fold(word.text), self._known(word))
            self.fields[f"word-{number}"] = forms.ChoiceField(
                label=word.text, choices=self._choices(word.field, _("As all others")), initial=known, required=False
            )
        for name, field in {word.field.name: word.field for word in self.words}.items():
            choices = self._choices(field, "")[1:]
            initial = meanings.get(name, {}).get(REST, REFUSE)
            self.fields[f"rest-{name}"] = forms.ChoiceField(label=_("All others"), choices=choices, initial=initial)

    def _known(self, word: Word) -> str:
        values = self.lists.choices(word.field.choice).names.get(fold(word.text), ())
        return next(iter(values)) if len(values) == 1 else ""

    def _choices(self, field: Field, nothing: str) -> list[tuple]:
        offered = [(value, label) for value, label in self.lists.choices(field.choice).labels.items() if value]
        ways = [(REFUSE, _("Leave these rows out")), (DEFAULT, _("Take it for an empty cell"))]
        return [("", nothing), *ways, *offered]

    @property
    def groups(self) -> list[dict]:
        """The words by the field they are about."""
        groups: dict[str, dict] = {}
        for number, word in enumerate(self.words):
            start = {
                "label": capfirst(word.field.label),
                "column": word.column,
                "words": [],
                "rest": self[f"rest-{word.field.name}"],
            }
            group = groups.setdefault(word.field.name, start)
            group["words"].append({"field": self[f"word-{number}"], "count": word.count})
        return list(groups.values())

    def meanings(self) -> dict[str, dict[str, str]]:
        """The selected meanings by field and word."""
        meanings: dict[str, dict[str, str]] = {}
        for number, word in enumerate(self.words):
            rest = {REST: self.cleaned_data[f"rest-{word.field.name}"]}
            meanings.setdefault(word.field.name, rest)[fold(word.text)] = self.cleaned_data[f"word-{number}"]
        return meanings
