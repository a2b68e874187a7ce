"""How many days a sale stands in its phase, for one history after the other: every place that tells them agrees."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from sales.ageing import age
from sales.board.cards import cards
from sales.defaults import install_defaults
from sales.history import count_days_anew, event_of
from sales.imports.storing import Outcome, add_sales, close_as_history
from sales.listing.exporting import table
from sales.models import Phase, Sale
from sales.reopening import reopen
from sales.sentences import read, stays, tell
from sales.transitions import lose, move
from sales.trashing import restore
from salescrm.calendar import day_of, organisation_zone, today
from salescrm.models import Organisation
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.moments import days_ago


def write(sale, phases, *events):
    """Give an unsaved history to a stored sale: (days ago, percentage, kind, status) per event."""
    for ago, percent, kind, status in events:
        sale.phase, sale.probability, sale.status = phases[percent], percent, status
        sale.closed_on = None if status == "open" else today()
        sale.follow_up = "none" if status == "accepted" else ""
        sale.trashed = {"trashed": True, "restored": False}.get(kind, sale.trashed)
        sale.last_sequence += 1
        sale.version = sale.last_sequence
        event_of(sale, kind=kind, by=sale.owner, at=days_ago(ago, organisation_zone())).save(force_insert=True)
    sale.save()
    count_days_anew(Sale.objects.filter(pk=sale.pk))
    sale.refresh_from_db()
    return sale


@pytest.fixture
def story(phases, salesperson):
    """A sale with this history, of which the last event may be left to a domain function."""

    def make(*events):
        sale = Sale(owner=salesperson, customer=RelationFactory(), subject="Story", phase=phases[10], probability=10)
        sale.save()
        return write(sale, phases, *events)

    return make


def days(sale):
    """The days it stands in its phase as every page, list, filter and file says it: they must be one number."""
    sale = Sale.objects.select_related("phase").get(pk=sale.pk)
    phases = list(Phase.objects.all())
    in_phase = age(sale, today()).days
    Phase.objects.update(age_limit=in_phase)
    late = Sale.objects.aged(today()).filter(pk=sale.pk).exists()
    Phase.objects.update(age_limit=in_phase - 1 if in_phase else None)
    if in_phase:
        late = not Sale.objects.aged(today()).filter(pk=sale.pk).exists()
    current = [stay.visit for stay in stays(read(sale, phases)) if stay.is_current]
    heading, rows = table(Sale.objects.filter(pk=sale.pk)).heading, table(Sale.objects.filter(pk=sale.pk)).rows
    since = next(iter(rows))[heading.index("In its phase since")]
    on_the_board = [card.age.days for card in cards(Sale.objects.filter(pk=sale.pk), today=today())]
    assert (on_the_board, current, (today() - since).days, late) == ([in_phase], [in_phase], in_phase, False)
    return in_phase


def per_phase(sale):
    """The days of each phase as the page of the sale adds them up."""
    sale = Sale.objects.get(pk=sale.pk)
    return {stay.phase: stay.days for stay in stays(read(sale, list(Phase.objects.all())))}


NEW = (97, 10, "created", "open")


def test_reopened_sale_goes_on_counting_where_it_was_closed(story, manager):
    sale = story(NEW, (1, 10, "lost", "lost"))
    sale = reopen(sale, delete_follow_up=False, version=2, by=manager)
    assert (days(sale), per_phase(sale)) == (96, {"Introduction": 96})


def test_what_was_lost_this_morning_and_is_reopened_now_lost_no_day(story, manager, salesperson):
    sale = story(NEW)
    sale = lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    sale = reopen(sale, delete_follow_up=False, version=2, by=manager)
    assert (days(sale), day_of(sale.phase_since)) == (97, day_of(days_ago(97)))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # 10 days until it was lost, 60 days closed, 20 since
        ([(90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open")], 30),
        # the same, accepted
        ([(90, 10, "created", "open"), (80, 10, "accepted", "accepted"), (20, 10, "reopened", "open")], 30),
        # reopened twice: 10, then 5, then 3
        (
            [
                (90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"),
                (15, 10, "accepted", "accepted"), (3, 10, "reopened", "open"),
            ],
            18,
        ),
        # corrected while it was closed: 10 and 20 all the same
        (
            [
                (90, 10, "created", "open"), (80, 10, "lost", "lost"), (50, 10, "corrected", "lost"),
                (20, 10, "reopened", "open"),
            ],
            30,
        ),
        # moved on after it was reopened: only the days there
        (
            [
                (90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"),
                (12, 50, "moved", "open"),
            ],
            12,
        ),
        # closed before the last move: that time is of another phase
        (
            [
                (90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"),
                (12, 50, "moved", "open"), (9, 50, "lost", "lost"), (4, 50, "reopened", "open"),
            ],
            7,
        ),
        # an undone visit of four days
        ([(40, 10, "created", "open"), (9, 50, "moved", "open"), (5, 10, "undone", "open")], 40),
        # an undone visit during which an amount was changed
        (
            [
                (40, 10, "created", "open"), (9, 50, "moved", "open"), (8, 50, "changed", "open"),
                (5, 10, "undone", "open"),
            ],
            40,
        ),
        # an undone visit after a real one, and closed in between: 6 until it was lost, 4 after it was reopened
        (
            [
                (40, 10, "created", "open"), (20, 25, "moved", "open"), (14, 25, "lost", "lost"),
                (4, 25, "reopened", "open"), (2, 75, "moved", "open"), (1, 25, "undone", "open"),
            ],
            10,
        ),
        # back by a move: what it stood there before is another stay
        ([(40, 10, "created", "open"), (20, 25, "moved", "open"), (6, 10, "moved", "open")], 6),
        # in the trash for ten days: it comes back as it went in, the days went on
        ([(40, 10, "created", "open"), (20, 10, "trashed", "open"), (10, 10, "restored", "open")], 40),
        # lost, and in the trash while it was: closed is closed
        (
            [
                (40, 10, "created", "open"), (30, 10, "lost", "lost"), (25, 10, "trashed", "lost"),
                (20, 10, "restored", "lost"), (5, 10, "reopened", "open"),
            ],
            15,
        ),
    ],
)  # fmt: skip
def test_days_of_a_history_are_one_number_everywhere(story, events, expected):
    assert days(story(*events)) == expected


def test_undone_visit_is_no_stay_of_the_other_phase(story):
    sale = story((40, 10, "created", "open"), (9, 50, "moved", "open"), (5, 10, "undone", "open"))
    assert per_phase(sale) == {"Introduction": 40}


def test_time_it_was_closed_is_told_of_no_phase_when_it_moves_on(story, phases):
    sale = story(
        (90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"), (12, 50, "moved", "open")
    )
    entries = tell(read(sale, list(phases.values())), "en")
    assert [entry.stayed for entry in entries] == ["after 18 days in Introduction", "", "", ""]
    assert per_phase(sale) == {"Introduction": 18, "Proposal": 12}


def test_undone_move_ends_no_stay_in_the_history(story, phases):
    sale = story(
        (40, 10, "created", "open"), (9, 50, "moved", "open"), (5, 10, "undone", "open"), (2, 25, "moved", "open")
    )
    entries = tell(read(sale, list(phases.values())), "en")
    assert [entry.stayed for entry in entries] == ["after 38 days in Introduction", "", "", ""]


def test_two_visits_are_added_up_and_the_current_one_is_told_apart(story, phases):
    sale = story((40, 10, "created", "open"), (20, 25, "moved", "open"), (6, 10, "moved", "open"))
    all_stays = [(stay.phase, stay.days, stay.visit) for stay in stays(read(sale, list(phases.values())))]
    assert all_stays == [("Introduction", 26, 6), ("Presentation", 14, 14)]


def test_losing_and_reopening_does_not_wipe_the_mark(story, manager, salesperson, as_user):
    Phase.objects.update(age_limit=60)
    sale = story(NEW)
    assert list(Sale.objects.aged(today())) == [sale]
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    reopen(sale, delete_follow_up=False, version=2, by=manager)
    assert list(Sale.objects.aged(today())) == [sale]
    page = as_user(salesperson).get(sale.get_absolute_url()).content.decode()
    assert "97 days in Introduction, the limit is 60" in page
    assert "97 days so far" in " ".join(page.split())


def test_sale_that_came_back_tells_the_days_of_this_time_beside_the_sum(story, salesperson, as_user):
    sale = story((40, 10, "created", "open"), (20, 25, "moved", "open"), (6, 10, "moved", "open"))
    page = " ".join(as_user(salesperson).get(sale.get_absolute_url()).content.decode().split())
    assert "26 days so far (6 this time)" in page
    assert "6 days in Introduction" in page


def test_restored_sale_that_was_reopened_keeps_its_days(story, manager):
    sale = story(
        (90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"), (9, 10, "trashed", "open")
    )
    assert days(restore(sale, version=4, by=manager)) == 30


def test_history_of_another_system_counts_alike_when_it_is_reopened(company, salesperson, manager, phases):
    start, closed = today() - timedelta(days=100), today() - timedelta(days=70)
    draft = Sale(
        owner=salesperson, customer=RelationFactory(), subject="Old", phase=phases[50], probability=50,
        start_date=start, last_sequence=1,
    )  # fmt: skip
    (sale,) = add_sales([(draft, Outcome("lost", closed))], by=manager)
    sale = Sale.objects.get(pk=sale.pk)
    assert days(reopen(sale, delete_follow_up=False, version=sale.version, by=manager)) == 30


def test_history_that_closed_it_before_it_came_here_leaves_no_days(story, manager):
    sale = story((40, 10, "created", "open"), (9, 50, "moved", "open"))
    close_as_history(sale, Outcome("lost", today() - timedelta(days=30)), version=2, by=manager)
    sale.refresh_from_db()
    assert days(reopen(sale, delete_follow_up=False, version=sale.version, by=manager)) == 0


KINDS = ["move10", "move25", "move50", "undo", "changed", "lost", "accepted", "reopened", "trashed", "restored"]


@pytest.mark.django_db
@settings(max_examples=60)
@given(steps=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 12)), max_size=10))
def test_stored_days_are_those_of_the_history_whatever_happened(steps):
    install_defaults("en")
    phases = {phase.probability: phase for phase in Phase.objects.all()}
    owner = UserFactory(role="salesperson")
    sale = Sale.objects.create(owner=owner, customer=RelationFactory(), subject="x", phase=phases[10], probability=10)
    ago = sum(wait for _kind, wait in steps)
    events = [(ago, 10, "created", "open")]
    for kind, wait in steps:
        ago -= wait
        percent, status = events[-1][1], events[-1][3]
        if kind.startswith("move") and status == "open":
            if int(kind[4:]) != percent:
                events.append((ago, int(kind[4:]), "moved", "open"))
        elif kind == "undo":
            if events[-1][2] == "moved":
                events.append((ago, events[-2][1], "undone", "open"))
        elif kind in ("lost", "accepted", "reopened"):
            if (status == "open") != (kind == "reopened"):
                events.append((ago, percent, kind, "open" if kind == "reopened" else kind))
        elif kind == "changed" and status == "open" or kind in ("trashed", "restored"):
            events.append((ago, percent, kind, status))
    sale = write(sale, phases, *events)
    Sale.objects.filter(pk=sale.pk).update(trashed=False)
    if sale.is_open:
        days(sale)


def test_clock_change_while_it_was_closed_takes_no_day(company, story, manager):
    Organisation.objects.update(time_zone="America/Sao_Paulo")
    Organisation.forget()
    assert organisation_zone().key == "America/Sao_Paulo"
    sale = story((400, 10, "created", "open"), (200, 10, "lost", "lost"), (3, 10, "reopened", "open"))
    assert days(sale) == 203


def test_counting_anew_of_many_is_one_statement(phases, salesperson, django_assert_num_queries):
    for _sale in range(3):
        SaleFactory(owner=salesperson)
    with django_assert_num_queries(1):
        count_days_anew(Sale.objects.all())


def test_migration_counts_every_sale_that_is_here(story):
    sale = story((90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"))
    since = sale.phase_since
    Sale.objects.filter(pk=sale.pk).update(phase_since=days_ago(0))
    with connection.cursor() as cursor:
        cursor.execute(import_module("sales.migrations.0012_days_open_only").FORWARD)
    sale.refresh_from_db()
    assert sale.phase_since == since


def test_moving_on_begins_a_stay(story, salesperson, phases):
    sale = story((90, 10, "created", "open"), (80, 10, "lost", "lost"), (20, 10, "reopened", "open"))
    assert days(move(sale, phase=phases[50], version=3, by=salesperson)) == 0
