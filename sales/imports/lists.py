"""What the words of a file can mean: rows of our lists, statuses, colleagues; and the meanings people selected."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relations.models import Relation, RelationType
from relations.naming import fold
from sales.imports.columns import LANGUAGES
from sales.models import AcceptReason, LossReason, Phase, SaleStatus, Source
from salescrm.models import User

DEFAULT, REFUSE = "-", "!"  # a word to be taken for an empty cell; one whose rows are left out
REST = "*"  # every other word
ALSO = {
    SaleStatus.OPEN: "active|actief|lopend|in behandeling|in progress|pending",
    SaleStatus.ACCEPTED: "won|closed won|gewonnen|akkoord|gescoord|order",
    SaleStatus.LOST: "closed lost|afgewezen|niet gescoord|rejected",
    Relation.Kind.ORGANIZATION: "organisation|company|bedrijf|account|zakelijk|business",
    Relation.Kind.PERSON: "particulier|contact|individual|mens|consument",
}
YES = {"yes": "yes|ja|true|1|x|y|j", "": "no|nee|false|0|n"}
ROWS = {
    "relation_type": RelationType, "source": Source, "accept_reason": AcceptReason, "loss_reason": LossReason,
}  # fmt: skip


@dataclass
class Choices:
    """One list: what can be selected, by value, and the names of its rows."""

    labels: dict[str, str] = field(default_factory=dict)
    objects: dict[str, object] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)

    def add(self, value: str, label: str, row: object, *names: str) -> None:
        """One more row and the names it goes by."""
        self.labels[value], self.objects[value] = label, row
        for name in names or (label,):
            self.names.setdefault(fold(name), set()).add(value)

    def drop(self, value: str) -> None:
        """Remove the row with this value."""
        del self.labels[value], self.objects[value]
        for values in self.names.values():
            values.discard(value)


class Lists:
    """The lists a run needs, read once; `words` are the meanings selected for words that are no names of ours."""

    def __init__(self, words: dict[str, dict[str, str]]):
        self.words = words
        self._lists: dict[str, Choices] = {}

    def choices(self, name: str) -> Choices:
        """Everything a cell of this list can mean."""
        if name not in self._lists:
            self._lists[name] = _rows(name) if name in ROWS else _LISTS[name]()
        return self._lists[name]

    def knows(self, name: str, text: str) -> bool:
        """Whether the text means exactly one thing by itself."""
        return len(self.choices(name).names.get(fold(text), ())) == 1

    def find(self, name: str, field_name: str, text: str) -> object:
        """What a cell means: the meaning selected for this word, else the row of this name. Refuses any other."""
        choices, meanings, word = self.choices(name), self.words.get(field_name, {}), fold(text)
        values = choices.names.get(word, set())
        value = meanings.get(word, "") or (next(iter(values)) if len(values) == 1 else meanings.get(REST, ""))
        if value == DEFAULT:
            return None
        if value in choices.objects and (value or len(values) == 1):
            return choices.objects[value]
        message = _("several are called “%(text)s”.") if len(values) > 1 else _("“%(text)s” is unknown here.")
        raise ValidationError(message % {"text": text})


def _enumeration(values: list[tuple]) -> Choices:
    choices = Choices()
    for value, label in values:
        names = [value, *ALSO.get(value, "").split("|")]
        for language in LANGUAGES:
            with translation.override(language):
                names.append(str(label))
        choices.add(value, capfirst(label), value, *filter(None, names))
    return choices


def _phases() -> Choices:
    """Phases; and, for systems whose last stages are outcomes, the two ways to end."""
    choices = Choices()
    for phase in Phase.objects.all():
        choices.add(str(phase.pk), f"{phase} ({phase.probability} %)", phase, phase.name)
    for status, label in ((SaleStatus.ACCEPTED, _("The sale is accepted")), (SaleStatus.LOST, _("The sale is lost"))):
        names = [name for name in ALSO[status].split("|") if name not in choices.names]
        choices.add(str(status), label, str(status), str(status), *names)
    return choices


def _colleagues() -> Choices:
    choices = Choices()
    for user in User.objects.order_by("-is_active", "name", "pk"):
        add_colleague(choices, user)
    return choices


def add_colleague(choices: Choices, user: User) -> None:
    """Add a colleague; one who left loses the name to an active colleague of the same name."""
    same = [choices.objects[value] for value in choices.names.get(fold(str(user)), ())]
    gives_way = not user.is_active and any(other.is_active for other in same)
    choices.add(str(user.pk), str(user), user, user.email, *([] if gives_way else [str(user)]))


def _rows(name: str) -> Choices:
    choices = Choices()
    for row in ROWS[name].objects.all():
        choices.add(str(row.pk), row.name, row)
    return choices


def _yes() -> Choices:
    choices = Choices()
    for value, names in YES.items():
        choices.add(value, _("Yes") if value else _("No"), bool(value), *names.split("|"))
    return choices


def _languages() -> Choices:
    choices = Choices()
    for value, label in User.Language.choices:
        choices.add(value, label, value, value, label)
    choices.names.setdefault("dutch", set()).add("nl")
    choices.names.setdefault("engels", set()).add("en")
    return choices


_LISTS = {
    "phase": _phases, "owner": _colleagues, "yes": _yes, "language": _languages,
    "status": lambda: _enumeration(SaleStatus.choices), "kind": lambda: _enumeration(Relation.Kind.choices),
}  # fmt: skip
