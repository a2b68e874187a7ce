"""Which relations may be the same: what somebody types beside what we have, and the whole list against itself."""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from relations import legal_forms
from relations.domains import of_email, of_website
from relations.models import Apart, Relation
from relations.naming import full_name, name_key, words
from salescrm import phones
from salescrm.organisation.numbers import compact_coc, compact_vat
from salescrm.words import WordsQuery

MOST_LIKELY = 5
SHORTEST_KEY = 2
SHORTEST_NUMBER = 8
PERSON = Relation.Kind.PERSON


class Strength(IntEnum):
    """How sure it is that two relations are the same."""

    SURE = 1
    MAYBE = 2
    WEAK = 3


class Likely(NamedTuple):
    """A relation that may be the same, why, and how sure that is."""

    relation: Relation
    reasons: list[str]
    strength: Strength

    @property
    def sure(self) -> bool:
        """Whether a number says so that nobody else has."""
        return self.strength == Strength.SURE

    @property
    def weak(self) -> bool:
        """Whether it rather is another company of the same group."""
        return self.strength == Strength.WEAK


class Clues(NamedTuple):
    """What is compared of a relation, in comparable form; empty where nothing was typed."""

    name: str
    form: str
    domains: tuple[str, ...]
    email: str
    coc_number: str
    vat_number: str
    phones: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, values: dict) -> "Clues":
        """From form values, half typed ones too; too little of something is nothing."""
        text = {name: str(value or "").strip() for name, value in values.items()}
        name = text.get("name", "")
        if kind == PERSON:
            name = full_name(text.get("first_name", ""), text.get("prefix", ""), text.get("family_name", ""))
        key, email, website = name_key(kind, name), text.get("email", ""), text.get("website", "")
        domains = () if kind == PERSON else (of_email(email), of_website(website))
        return cls(
            name=key if len(key) >= SHORTEST_KEY else "",
            form="" if kind == PERSON else legal_forms.split(words(name))[1],
            domains=tuple(dict.fromkeys(domain for domain in domains if "." in domain)),
            email=email.casefold() if "." in email.rpartition("@")[2] and "@" in email else "",
            coc_number=_long(compact_coc(text.get("coc_number", ""))),
            vat_number=_long(compact_vat(text.get("vat_number", ""))),
            phones=_whole(text.get("phone", ""), text.get("mobile", "")),
        )


def _long(number: str) -> str:
    return number if len(number) >= SHORTEST_NUMBER else ""


def _whole(*fields: str) -> tuple[str, ...]:
    """The complete numbers in these fields, with their country; a short one may be anybody's."""
    numbers = (number for field in fields for number in phones.numbers(field))
    return tuple(
        dict.fromkeys(number for number in numbers if number.startswith("+") and len(number) > SHORTEST_NUMBER)
    )


def likely(kind: str, values: dict, *, exclude: int | None = None) -> list[Likely]:
    """The relations of this kind that may be the same as one with these values, the surest first; one statement.

    Same KvK or VAT number: very probably. Same e-mail address, e-mail domain, phone number or name: perhaps; a name
    with another legal form only perhaps. Of persons a name alone says nothing: there are many of the same name. Left
    out are `exclude`, the relation itself, and those marked as not the same as it.
    """
    clues = Clues.of(kind, values)
    sure, name = _sure(clues), _by_name(kind, clues)
    conditions = sure | name | _by_email(clues) | _by_phone(clues)
    if not conditions:
        return []
    order = Case(*_ranks(sure, name), default=Value(3), output_field=IntegerField())
    relations = Relation.objects.unmerged().filter(conditions, kind=kind).exclude(pk=exclude).for_list()
    if exclude:
        relations = relations.exclude(pk__in=Apart.objects.filter(first=exclude).values("second"))
        relations = relations.exclude(pk__in=Apart.objects.filter(second=exclude).values("first"))
    rows = relations.order_by(order, "-is_active", "sort_key", "pk")[: MOST_LIKELY * 2]
    return sorted((_judged(relation, clues) for relation in rows), key=lambda one: one.strength)[:MOST_LIKELY]


def _sure(clues: Clues) -> Q:
    condition = Q(coc_number=clues.coc_number) if clues.coc_number else Q()
    return condition | Q(vat_number=clues.vat_number) if clues.vat_number else condition


def _by_name(kind: str, clues: Clues) -> Q:
    return Q(name_key=clues.name) if clues.name and kind != PERSON else Q()


def _by_email(clues: Clues) -> Q:
    condition = Q(email__iexact=clues.email) if clues.email else Q()
    for domain in clues.domains:
        condition |= Q(domain=domain)
    return condition


def _by_phone(clues: Clues) -> Q:
    return Q(search=WordsQuery(" | ".join(number.strip("+") for number in clues.phones))) if clues.phones else Q()


def _ranks(*groups: Q) -> Iterable[When]:
    return (When(group, then=Value(rank)) for rank, group in enumerate(groups, 1) if group)


def _judged(relation: Relation, clues: Clues) -> Likely:
    reasons, strength = [], Strength.MAYBE
    if clues.coc_number and relation.coc_number == clues.coc_number:
        reasons, strength = [_("same KvK number")], Strength.SURE
    if clues.vat_number and relation.vat_number == clues.vat_number:
        reasons, strength = [*reasons, _("same VAT number")], Strength.SURE
    if clues.email and relation.email.casefold() == clues.email:
        reasons.append(_("same e-mail address"))
    elif relation.domain in clues.domains:
        reasons.append(_("same domain %(domain)s") % {"domain": relation.domain})
    if set(clues.phones) & set(_whole(relation.phone, relation.mobile)):
        reasons.append(_("same phone number"))
    if clues.name and relation.name_key == clues.name:
        other = "" if relation.is_person else legal_forms.split(words(relation.name))[1]
        differs = bool(other and clues.form and other != clues.form)
        if differs and not reasons:
            strength = Strength.WEAK
        reasons.append(_("same name with another legal form") if differs else _("same name"))
    return Likely(relation, reasons, strength)
