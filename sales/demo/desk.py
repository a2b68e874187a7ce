"""What surrounds the demo's sales: limits of phases, teams, notes on timelines, and saved views."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from relations.models import RelationNote
from sales.demo import note_texts
from sales.demo.histories import SaleHistory
from sales.demo.people import People
from sales.models import Phase, SaleNote, SavedView
from salescrm.calendar import organisation_zone, today
from salescrm.models import Team
from salescrm.notes.models import Note, NoteKind

LIMITS = (60, 60, 45, 30, 14)  # days, by place of the phase
WITH_NOTES = 0.75  # of the open sales
LARGE = Decimal(25_000)


def add_desk(histories: list[SaleHistory], people: People, language: str, chance: random.Random) -> None:
    """Add all of it to sales that are stored."""
    for phase, limit in zip(Phase.objects.active(), LIMITS, strict=False):
        Phase.objects.filter(pk=phase.pk).update(age_limit=limit)
    _add_teams(people, language)
    notes = [note for history in histories for note in _sale_notes(history, language, chance)]
    _store(SaleNote, notes)
    _store(RelationNote, _relation_notes(people, language, chance))
    _add_views(people, language)


def _add_teams(people: People, language: str) -> None:
    half = len(people.sellers) // 2
    for name, members in zip(note_texts.TEAMS[language], (people.sellers[:half], people.sellers[half:]), strict=True):
        Team.objects.create(name=name).members.set([*members, people.manager])


def _sale_notes(history: SaleHistory, language: str, chance: random.Random) -> list[SaleNote]:
    """Notes on a sale between its start and yesterday; some open sales have a meeting ahead."""
    sale = history.sale
    if not sale.is_open or chance.random() > WITH_NOTES:
        return []
    begun, yesterday = sale.start_date, today() - timedelta(days=1)
    days = sorted(chance.randint(0, max((yesterday - begun).days, 0)) for _note in range(chance.choice([1, 2, 2, 3])))
    texts = chance.sample(note_texts.ON_SALES[language], len(days))
    notes = [
        SaleNote(sale=sale, kind=kind, text=text, by=sale.owner, at=_at(begun + timedelta(days=day), chance))
        for day, (kind, text) in zip(days, texts, strict=True)
    ]
    if chance.random() < 0.1:
        at = _at(today() + timedelta(days=chance.randint(2, 12)), chance)
        notes.append(
            SaleNote(sale=sale, kind=NoteKind.MEETING, text=note_texts.MEETING_AHEAD[language], by=sale.owner, at=at)
        )
    return notes


def _relation_notes(people: People, language: str, chance: random.Random) -> list[RelationNote]:
    customers = chance.sample(people.customers, 8)
    return [
        RelationNote(
            relation=customer, kind=kind, text=text, by=chance.choice(people.sellers),
            at=_at(today() - timedelta(days=chance.randint(3, 90)), chance),
        )
        for customer, (kind, text) in zip(customers, note_texts.ON_RELATIONS[language] * 4, strict=False)
    ]  # fmt: skip


def _at(day: date, chance: random.Random) -> datetime:
    return datetime.combine(day, time(chance.randint(9, 16), chance.randint(0, 11) * 5), organisation_zone())


def _store(model: type[Note], notes: list[Note]) -> None:
    now = datetime.now(organisation_zone())
    for note in notes:
        note.updated_by = note.by
    model.objects.bulk_create(notes)
    for note in notes:
        note.created_at = note.updated_at = min(note.at, now)
    model.objects.bulk_update(notes, ["created_at", "updated_at"])


def _add_views(people: People, language: str) -> None:
    """Two views for everybody, made by the manager, and one of the first salesperson that is not shared."""
    aged, large, due = note_texts.VIEWS[language]
    first = people.sellers[0]
    SavedView.objects.bulk_create([
        SavedView(owner=people.manager, name=aged, query="aged=1&status=open", shared=True),
        SavedView(
            owner=people.manager, name=large, query=f"amount_from={LARGE}&sort=-weighted&status=open", shared=True
        ),
        SavedView(owner=first, name=due, query=f"next=late&next=today&owner={first.pk}&sort=next&status=open"),
    ])  # fmt: skip
