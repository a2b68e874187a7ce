"""The form field that chooses a relation by typing, with and without JavaScript."""

from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relations.choosing import MOST_MATCHES, matches
from relations.models import Relation
from relations.querysets import LONGEST
from salescrm.url_words import is_id
from salescrm.words import words


class Typed(NamedTuple):
    """What a picker sends: an id (filled in by JavaScript), the typed text, and a choice of the matches of `query`."""

    pk: str
    text: str | None
    choice: str
    query: str

    def __str__(self) -> str:
        return self.text or ""


class PickerState(NamedTuple):
    """The state of a picker: the selected id, the text, the matches to choose from, and where it searches and adds."""

    pk: int | str = ""
    text: str = ""
    matches: tuple[Relation, ...] = ()
    more: bool = False
    nothing: bool = False
    kinds: tuple[str, ...] = ()
    exclude: int | None = None
    add: bool = True
    new_type: int | None = None


class RelationInput(forms.Widget):
    """A hidden id and a text to type in; when several relations fit, they are offered as radio buttons."""

    template_name = "relations/_picker.html"
    PARTS = ("text", "choice", "asked")  # what it sends besides the id

    def value_from_datadict(self, data, files, name):
        return Typed(
            (data.get(name) or "").strip(),
            data.get(f"{name}_text"),
            data.get(f"{name}_choice") or "",
            data.get(f"{name}_asked") or "",
        )

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}_text" not in data

    def use_required_attribute(self, initial):
        return False

    def get_context(self, name, value, attrs):
        context = super().get_context(name, None, attrs)
        picker = value if isinstance(value, PickerState) else PickerState()
        query = [("field", name), *(("kind", kind) for kind in picker.kinds)]
        new = [("quick", 1), ("field", name), *(("kind", kind) for kind in picker.kinds[:1])]
        if len(picker.kinds) != 1:
            new.append(("choice", 1))
        if picker.new_type:
            new.append(("type", picker.new_type))
        if picker.exclude:
            query.append(("exclude", picker.exclude))
        if picker.nothing:
            new.append(("name", picker.text))
        context["widget"] |= {
            "picker": picker,
            "limit": MOST_MATCHES,
            "url": f"{reverse('relations:pick')}?{urlencode(query)}",
            "new_url": f"{reverse('relations:new')}?{urlencode(new)}",
        }
        return context


class RelationField(forms.Field):
    """Choose a relation. `kinds` limits the kinds offered; `current` stays choosable when it has been deactivated.

    Both, and `exclude` (a relation that may not be chosen, such as the customer itself), may be set in a form's
    `__init__`: `self.fields["lost_to"].exclude = sale.customer_id`. With `add` off there is no link to add a relation;
    `new_type` is the id of the relation type one that is added starts with, instead of the one proposed for any.
    Gives the Relation, or None when left empty.
    """

    widget = RelationInput
    default_error_messages = {
        "invalid_choice": _("This relation cannot be chosen here. Choose another one."),
        "excluded": _("This relation cannot be chosen here. Choose another one."),
        "long": _("No relation has a name this long. Type a part of it."),
        "nothing": _("No relation found with this name. Check it, or add the relation."),
        "several": _("Several relations fit. Choose one of them, or type more of the name."),
    }

    def __init__(self, *, kinds=(), exclude=None, current=None, add=True, new_type=None, **kwargs):
        super().__init__(**kwargs)
        self.kinds, self.exclude, self.current, self.add = tuple(str(kind) for kind in kinds), exclude, current, add
        self.new_type = new_type
        self.matches: list[Relation] = []
        self.nothing = False

    def choices(self):
        """The relations that may be chosen."""
        relations = Relation.objects.selectable(self.current).of_kinds(self.kinds)
        return relations.exclude(pk=_pk(self.exclude)) if self.exclude else relations

    def to_python(self, value):
        """The relation that is meant, if it can be told."""
        return self._by_typed(value) if isinstance(value, Typed) else self._by_id(value)

    def clean(self, value):
        self.matches, self.nothing = [], False
        relation = self.to_python(value)
        self.validate(relation)
        self.run_validators(relation)
        return relation

    def _by_typed(self, typed: Typed) -> Relation | None:
        text = (typed.text or "").strip()
        if typed.choice and typed.query == text:
            return self._by_id(typed.choice)
        if typed.text is None:
            return self._by_id(typed.pk)
        selected = self._by_id(typed.pk, among=Relation.objects.all()) if text else None
        if selected and str(selected).strip() == text:
            return self._by_id(selected)
        if len(text) > LONGEST:
            raise ValidationError(self.error_messages["long"], code="long")
        return self._by_text(text) if text else None

    def _by_id(self, value, among=None) -> Relation | None:
        if value in (None, ""):
            return None
        pk = str(_pk(value))
        if self.exclude and pk == str(_pk(self.exclude)):
            raise ValidationError(self.error_messages["excluded"], code="excluded")
        among = self.choices() if among is None else among
        relation = among.filter(pk=pk).first() if is_id(pk) else None
        if relation is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return relation

    def _by_text(self, text: str) -> Relation:
        relations = matches(self.choices(), text)
        if self.exclude and self._means_excluded(text, relations):
            raise ValidationError(self.error_messages["excluded"], code="excluded")
        if len(relations) == 1:
            return relations[0]
        self.matches, self.nothing = relations, not relations
        code = "several" if relations else "nothing"
        raise ValidationError(self.error_messages[code], code=code)

    def _means_excluded(self, text: str, relations: list[Relation]) -> bool:
        """Whether the text is the name or number of the excluded relation, and no other one is called like that."""
        excluded = Relation.objects.filter(pk=_pk(self.exclude)).first()
        wanted = _letters(text)
        if excluded is None or not wanted or wanted not in (_letters(excluded.name), _letters(excluded.number)):
            return False
        return wanted not in [_letters(other.name) for other in relations]

    def prepare_value(self, value):
        picker = PickerState(kinds=self.kinds, exclude=_pk(self.exclude), add=self.add, new_type=self.new_type)
        if isinstance(value, Typed):
            return self._state_after(picker, value)
        relation = value if isinstance(value, Relation) else Relation.objects.filter(pk=value or None).first()
        return picker._replace(pk=relation.pk, text=str(relation)) if relation else picker

    def _state_after(self, picker: PickerState, typed: Typed) -> PickerState:
        if typed.text is None and typed.pk:
            try:
                relation = self._by_id(typed.pk, among=Relation.objects.all())
            except ValidationError:
                return picker
            return picker._replace(pk=relation.pk, text=str(relation))
        asks = bool(self.matches) or self.nothing
        return picker._replace(
            pk="" if asks else typed.choice if typed.choice and typed.query == (typed.text or "").strip() else typed.pk,
            text=(typed.text or "")[: LONGEST + 1],
            matches=tuple(self.matches[:MOST_MATCHES]),
            more=len(self.matches) > MOST_MATCHES,
            nothing=self.nothing,
        )

    def has_changed(self, initial, data):
        if isinstance(data, Typed):
            data = data.choice or data.pk or data.text
        return str(_pk(initial) or "") != str(_pk(data) or "")


def _pk(value):
    return getattr(value, "pk", value)


def _letters(name: str) -> str:
    """The letters and digits of a name, so that B.V. is BV."""
    return "".join(words(name))
