"""Many sales changed at once: by the rules of one, all or nothing, exactly as previewed (rules 2, 3, 6, 7, 10)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from relations.models import Relation
from sales.bulk import preview as bulk
from sales.bulk.changing import Partly, change_many
from sales.bulk.deeds import (
    End,
    HandOver,
    Lose,
    Move,
    Plan,
    Trash,
)
from sales.bulk.preview import (
    preview,
)
from sales.models import LossReason, Phase, Sale
from sales.refusals import Changed, Refused
from sales.transitions import lose, move, set_probability
from salescrm.calendar import today
from salescrm.models import Organisation
from tests.factories import ProjectFactory, RelationFactory, SaleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales(salesperson, phases):
    """Three open sales, in Introduction, Presentation and Proposal, of € 100, 200 and an unknown revenue."""
    worth = zip((10, 25, 50), (Decimal(100), Decimal(200), None), strict=True)
    return [
        SaleFactory(subject=f"Sale {chance}", owner=salesperson, phase=phases[chance], expected_revenue=revenue)
        for chance, revenue in worth
    ]


def all_of_them():
    return Sale.objects.untrashed()


def do(deed, by, **options):
    return len(change_many(all_of_them(), deed, basis=preview(all_of_them(), deed).basis, by=by, **options))


def stored(*fields):
    return list(Sale.objects.order_by("pk").values_list(*fields))


def kinds(sale):
    return list(sale.events.order_by("sequence").values_list("kind", flat=True))


def test_move_takes_the_percentage_of_the_phase_with_one_event_each(sales, salesperson, phases):
    assert do(Move(phases[50]), salesperson) == 2
    assert stored("phase", "probability", "version") == [
        (phases[50].pk, 50, 2), (phases[50].pk, 50, 2), (phases[50].pk, 50, 1),
    ]  # fmt: skip
    assert [kinds(sale) for sale in sales] == [["created", "moved"], ["created", "moved"], ["created"]]
    for sale in Sale.objects.all():
        assert sale.events.order_by("sequence").last().state() == sale.state()
        assert sale.updated_by in (salesperson, None)


def test_move_starts_the_days_in_the_phase_anew(sales, salesperson, phases):
    before = Sale.objects.get(pk=sales[0].pk).phase_since
    do(Move(phases[75]), salesperson)
    sale = Sale.objects.get(pk=sales[0].pk)
    assert (sale.phase_since > before, sale.phase_since) == (True, sale.events.get(kind="moved").at)


def test_move_replaces_a_percentage_by_hand_and_the_preview_counts_it(sales, salesperson, phases, switch):
    switch(own_probability=True)
    set_probability(sales[0], probability=99, version=1, by=salesperson)
    assert preview(all_of_them(), Move(phases[75])).by_hand == 1
    do(Move(phases[75]), salesperson)
    assert stored("probability", "probability_by_hand") == [(75, False)] * 3


def test_move_takes_the_percentage_as_it_is_and_not_as_it_was_previewed(sales, salesperson, phases):
    deed = Move(phases[50])
    basis = preview(all_of_them(), deed).basis
    Phase.objects.filter(pk=phases[50].pk).update(probability=60)
    with pytest.raises(Changed):
        change_many(all_of_them(), deed, basis=basis, by=salesperson)
    assert {version for (version,) in stored("version")} == {1}


def test_preview_says_what_happens_to_how_many_and_stores_nothing(sales, salesperson, phases, reads_only):
    lose(sales[1], reason=None, lost_to=None, version=1, by=salesperson)
    with reads_only():
        outcome = preview(all_of_them(), Move(phases[50]))
        figures = outcome.figures
    assert [sale.subject for sale in outcome.changing] == ["Sale 10"]
    assert [sale.subject for sale in outcome.alike] == ["Sale 50"]
    assert [(sale.subject, why) for sale, why in outcome.refused] == [
        ("Sale 25", "This sale is lost. Reopen it first.")
    ]
    assert (figures["weighted"], figures["after"], figures["count"]) == (Decimal(10), Decimal(50), 1)


def test_one_refusal_stops_all_unless_it_is_left_out(sales, salesperson, phases):
    lose(sales[1], reason=None, lost_to=None, version=1, by=salesperson)
    with pytest.raises(Partly, match="1 sale cannot be changed, so nothing was stored"):
        do(Move(phases[75]), salesperson)
    assert [version for (version,) in stored("version")] == [1, 2, 1]
    assert do(Move(phases[75]), salesperson, leave_out=True) == 2
    assert stored("probability") == [(75,), (25,), (75,)]


def test_retired_phase_is_refused_as_for_one_sale(sales, salesperson, phases):
    Phase.objects.filter(pk=phases[75].pk).update(is_active=False)
    outcome = preview(all_of_them(), Move(Phase.objects.get(pk=phases[75].pk)))
    assert {why for _sale, why in outcome.refused} == {"This phase is retired. Choose another one."}


def test_owner_of_open_and_closed_sales_changes(sales, salesperson, colleague):
    lose(sales[2], reason=None, lost_to=None, version=1, by=salesperson)
    assert do(HandOver(colleague), salesperson) == 3
    assert stored("owner") == [(colleague.pk,)] * 3
    assert [kinds(sale)[-1] for sale in sales] == ["changed"] * 3


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (End(day=date(2026, 5, 1)), [date(2026, 5, 1)] * 3),
        (End(), [None] * 3),
    ],
)
def test_end_date_is_set_or_taken_away(sales, salesperson, deed, expected):
    Sale.objects.filter(pk=sales[0].pk).update(expected_end_date=date(2026, 5, 1))
    Sale.objects.filter(pk=sales[1].pk).update(expected_end_date=date(2026, 6, 1))
    do(deed, salesperson)
    assert [day for (day,) in stored("expected_end_date")] == expected


def test_end_date_is_put_off_from_where_each_one_stands(sales, salesperson):
    Sale.objects.filter(pk=sales[0].pk).update(expected_end_date=date(2026, 2, 28))
    Sale.objects.filter(pk=sales[1].pk).update(expected_end_date=date(9999, 12, 31))
    outcome = preview(all_of_them(), End(later=7))
    assert [why for _sale, why in outcome.refused] == [
        "This sale would end too far ahead.", "This sale has no expected end date to put off.",
    ]  # fmt: skip
    assert do(End(later=7), salesperson, leave_out=True) == 1
    assert stored("expected_end_date")[0] == (date(2026, 3, 7),)
    assert kinds(sales[0]) == ["created", "changed"]


def test_end_date_of_a_closed_sale_and_before_its_start_is_refused(sales, salesperson):
    lose(sales[0], reason=None, lost_to=None, version=1, by=salesperson)
    Sale.objects.filter(pk=sales[1].pk).update(start_date=date(2026, 5, 2))
    outcome = preview(all_of_them(), End(day=date(2026, 5, 1)))
    assert [why for _sale, why in outcome.refused] == [
        "This sale is closed, so this stays as it stood. Reopen it first.",
        "The expected end date lies before the start date.",
    ]


def test_next_step_raises_the_version_and_appends_no_event(sales, salesperson):
    Sale.objects.filter(pk=sales[0].pk).update(next_step="Call", next_step_on=today())
    assert do(Plan("Call", today()), salesperson) == 2
    assert stored("next_step", "next_step_on", "version") == [("Call", today(), version) for version in (1, 2, 2)]
    assert kinds(sales[1]) == ["created"]
    assert do(Plan("", None), salesperson) == 3


def test_lose_with_one_reason_and_competitor(sales, salesperson):
    reason, rival = LossReason.objects.first(), RelationFactory()
    assert do(Lose(reason, rival), salesperson) == 3
    assert stored("status", "loss_reason", "lost_to", "closed_on", "probability") == [
        ("lost", reason.pk, rival.pk, today(), chance) for chance in (10, 25, 50)
    ]
    assert preview(all_of_them(), Lose(reason, rival)).changing == []


def test_lose_refuses_what_one_sale_refuses(sales, salesperson, switch):
    switch(loss_reason="required")
    outcome = preview(all_of_them(), Lose(None, None))
    assert {why for _sale, why in outcome.refused} == {"Choose a reason."}
    lose(sales[1], reason=LossReason.objects.first(), lost_to=None, version=1, by=salesperson)
    outcome = preview(all_of_them(), Lose(LossReason.objects.last(), sales[0].customer))
    assert [why for _sale, why in outcome.refused] == [
        "A sale cannot be lost to its own customer.", "This sale is lost. Reopen it first.",
    ]  # fmt: skip


def test_lose_refuses_a_competitor_that_was_merged_meanwhile(sales, salesperson):
    rival, other = RelationFactory(), RelationFactory()
    deed = Lose(None, rival)
    basis = preview(all_of_them(), deed).basis
    Relation.objects.filter(pk=rival.pk).update(merged_into=other, is_active=False)
    with pytest.raises(Refused, match="merged"):
        change_many(all_of_them(), deed, basis=basis, by=salesperson)


def test_trash_names_what_hangs_on_a_sale(sales, manager):
    Sale.objects.filter(pk=sales[1].pk).update(project=ProjectFactory(number="P9", name="Kade"))
    outcome = preview(all_of_them(), Trash())
    assert [why for _sale, why in outcome.refused] == ["Project P9 Kade hangs on this sale."]
    assert do(Trash(), manager, leave_out=True) == 2
    assert stored("trashed") == [(True,), (False,), (True,)]
    assert kinds(sales[0]) == ["created", "trashed"]


def test_change_in_between_is_told_and_nothing_is_stored(sales, salesperson, colleague, phases):
    deed = Move(phases[75])
    basis = preview(all_of_them(), deed).basis
    move(sales[0], phase=phases[25], version=1, by=colleague)
    with pytest.raises(Changed):
        change_many(all_of_them(), deed, basis=basis, by=salesperson)
    assert [version for (version,) in stored("version")] == [2, 1, 1]


def test_sale_that_joined_the_filter_in_between_is_told(sales, salesperson, phases):
    basis = preview(all_of_them(), Move(phases[75])).basis
    SaleFactory(owner=salesperson)
    with pytest.raises(Changed):
        change_many(all_of_them(), Move(phases[75]), basis=basis, by=salesperson)


def test_another_deed_than_the_previewed_one_is_told(sales, salesperson, phases):
    basis = preview(all_of_them(), Move(phases[75])).basis
    with pytest.raises(Changed):
        change_many(all_of_them(), Move(phases[100]), basis=basis, by=salesperson)


DEEDS = {
    "move": lambda: Move(Phase.objects.get(probability=75)),
    "end": lambda: End(later=7),
    "step": lambda: Plan("Call", today()),
    "lose": lambda: Lose(LossReason.objects.first(), None),
    "trash": lambda: Trash(),
}


@pytest.mark.parametrize("name", DEEDS)
def test_second_click_finds_the_result_of_the_first(sales, manager, colleague, name):
    Sale.objects.update(expected_end_date=today())
    deed = DEEDS[name]()
    basis = preview(all_of_them(), deed).basis
    clicks = [change_many(all_of_them(), deed, basis=basis, by=manager) for _click in range(2)]
    assert [sorted(sale.pk for sale in changed) for changed in clicks] == [[sale.pk for sale in sales]] * 2
    assert {version for (version,) in stored("version")} == {2}
    with pytest.raises(Changed):
        change_many(all_of_them(), deed, basis=basis, by=colleague)


def test_second_click_of_another_deed_is_no_result_of_the_first(sales, manager):
    Sale.objects.update(expected_end_date=today())
    basis = preview(all_of_them(), End(later=14)).basis
    do(End(later=7), manager)
    with pytest.raises(Changed):
        change_many(all_of_them(), End(later=14), basis=basis, by=manager)


def test_more_sales_than_one_change_may_hold_are_refused(sales, salesperson, phases, monkeypatch):
    monkeypatch.setattr(bulk, "LIMIT", 2)
    for deed in (lambda: preview(all_of_them(), Move(phases[75])), lambda: do(Move(phases[75]), salesperson)):
        with pytest.raises(Refused, match="At most"):
            deed()


@pytest.fixture
def as_in_a_request():
    Organisation.keep()
    yield
    Organisation.forget()


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize(
    ("name", "statements"), [("move", 7), ("end", 6), ("step", 5), ("lose", 6), ("trash", 6)]
)  # fmt: skip
def test_statements_do_not_grow_with_the_sales(
    salesperson, count, name, statements, as_in_a_request, django_assert_num_queries
):
    SaleFactory.create_batch(count, owner=salesperson, expected_end_date=today() + timedelta(days=count))
    deed = DEEDS[name]()
    basis = preview(all_of_them(), deed).basis
    with django_assert_num_queries(statements):
        change_many(all_of_them(), deed, basis=basis, by=salesperson)
