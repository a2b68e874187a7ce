"""Every filter word with what it finds, every order with unknown values last; without HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from sales.listing.columns import COLUMNS
from sales.listing.filters import WORDS, SaleFilter, canonical, list_state
from sales.models import AcceptReason, LossReason, Phase, Sale, Source
from sales.transitions import lose
from salescrm.models import Team
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory

TODAY = date(2026, 3, 20)
DAY = timedelta(days=1)


def matches(query: str, user) -> list[str]:
    """The subjects of the sales this user finds, by name."""
    sales = SaleFilter.parse(QueryDict(query)).apply(Sale.objects.visible_to(user), today=TODAY)
    return sorted(sale.subject for sale in sales)


@pytest.fixture
def six(salesperson, colleague, phases):
    """Four open sales, one accepted, one lost; each differs from the others in something one can ask for."""
    web, fair = Source.objects.all()[:2]
    rival, other = RelationFactory(name="Rival"), RelationFactory(name="Other rival")
    alpha, beta, gamma = (RelationFactory(name=name) for name in ("Alpha", "Beta", "Gamma"))
    Phase.objects.filter(pk=phases[50].pk).update(age_limit=10)
    team = Team.objects.create(name="North")
    team.members.add(salesperson)
    long_ago = datetime(2026, 3, 1, 12, tzinfo=UTC)
    common = {"owner": salesperson, "customer": alpha, "phase": phases[10], "expected_end_date": TODAY + 9 * DAY}
    SaleFactory(**common, subject="one", source=web, expected_revenue=Decimal("100"), next_step="Call")
    SaleFactory(
        **common | {"phase": phases[50], "expected_end_date": TODAY - DAY}, subject="two", phase_since=long_ago,
        source=fair, expected_revenue=Decimal("250.50"), next_step="Call", next_step_on=TODAY - DAY,
    )  # fmt: skip
    SaleFactory(
        **common | {"owner": colleague, "customer": beta, "expected_end_date": None}, subject="three",
        expected_revenue=None, probability=60, probability_by_hand=True,
    )  # fmt: skip
    SaleFactory(
        **common | {"owner": colleague, "phase": phases[50]}, subject="four", phase_since=long_ago, source=web,
        expected_revenue=Decimal("4000"), next_step="Visit", next_step_on=TODAY + DAY,
    )  # fmt: skip
    closed = {"status": "accepted", "follow_up": "none", "accept_reason": AcceptReason.objects.first()}
    SaleFactory(**common | closed, subject="won", closed_on=TODAY - 9 * DAY, expected_revenue=Decimal("5"))
    closed = {"status": "lost", "loss_reason": LossReason.objects.first(), "lost_to": rival, "customer": gamma}
    SaleFactory(**common | closed, subject="lost", closed_on=TODAY - 2 * DAY, expected_revenue=Decimal("6"))
    Sale.objects.filter(subject="one").update(created_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    return {
        "web": web.pk, "fair": fair.pk, "rival": rival.pk, "other": other.pk, "alpha": alpha.pk, "beta": beta.pk,
        "first": phases[10].pk, "half": phases[50].pk, "me": salesperson.pk, "mate": colleague.pk, "team": team.pk,
        "why": AcceptReason.objects.first().pk, "because": LossReason.objects.first().pk, "gamma": gamma.pk,
    }  # fmt: skip


CASES = {
    "": "four lost one three two won",
    "status=open": "four one three two",
    "status=accepted&status=lost": "lost won",
    "phase={half}": "four two",
    "phase={half}&phase={first}": "four lost one three two won",
    "owner={mate}": "four three",
    "team={team}": "lost one two won",
    "team=none": "four three",
    "team={team}&team=none": "four lost one three two won",
    "source={web}": "four one",
    "source=none": "lost three won",
    "source={fair}&source=none": "lost three two won",
    "customer={beta}&customer={gamma}": "lost three",
    "customer_not={alpha}": "lost three",
    "end_from=2026-03-20&end_to=2026-03-29&status=open": "four one",
    "end_to=2026-03-19": "two",
    "end=none": "three",
    "overdue=1": "two",
    "revenue=none": "three",
    "amount_from=250.5": "four two",
    "amount_from=100&amount_to=250.50": "one two",
    "by_hand=1": "three",
    "aged=1": "two",
    "next=late": "two",
    "next=none": "lost three won",
    "next=planned&next=late": "four one two",
    "next_from=2026-03-19&next_to=2026-03-19": "two",
    "closed_from=2026-03-11&closed_to=2026-03-11": "won",
    "closed_from=2026-03-12": "lost",
    "created_from=2026-03-11&created_to=2026-03-11": "one",
    "status=accepted&reason={why}": "won",
    "status=lost&reason={because}": "lost",
    "status=lost&reason=none": "",
    "lost_to={rival}": "lost",
    "lost_to={rival}&lost_to={other}": "lost",
    "q=thr": "three",
    "q=alph": "four one two won",
    "status=open&owner={me}&phase={half}&overdue=1": "two",
}


@pytest.mark.parametrize("query", CASES)
def test_every_word_finds_what_it_says(six, manager, query):
    assert matches(query.format(**six), manager) == CASES[query].split()


def test_every_word_has_a_case():
    words = {pair.partition("=")[0] for query in CASES for pair in query.split("&")} - {""}
    assert words == WORDS - {"columns", "view", "sort", "page", "format", "rows"}


@pytest.mark.parametrize(("visible", "mine"), [("all", 6), ("team", 4), ("own", 4)])
def test_a_filter_never_shows_more_than_its_reader_may_see(six, salesperson, colleague, manager, switch, visible, mine):
    switch(sales_visible=visible)
    assert (len(matches("", salesperson)), len(matches("", manager))) == (mine, 6)
    Team.objects.get().members.add(colleague)
    again = type(salesperson).objects.get(pk=salesperson.pk)
    assert len(matches("", again)) == (6 if visible != "own" else 4)


def test_sales_in_the_trash_answer_to_no_filter(six, manager):
    Sale.objects.filter(subject="two").update(trashed=True)
    assert matches("overdue=1", manager) == matches("aged=1", manager) == []


@pytest.mark.parametrize(
    "query",
    [
        "colour=red", "status=won", "phase=x", "owner=-1", "team=all", "end=soon", "overdue=yes", "aged=2", "by_hand=0",
        "amount_from=1.234,56", "amount_to=-1", "amount_to=1e9", "end_from=2026-13-01", "next=soon", "revenue=1",
        "sort=name", "sort=--amount", "columns=phase,colour", "columns=,", "columns=subject", "view=none", "view=x",
        "page=0", "format=pdf",
    ],
)  # fmt: skip
def test_unknown_words_and_values_are_refused(db, query):
    with pytest.raises(BadRequest):
        SaleFilter.parse(QueryDict(query))


def test_canonical_writes_the_same_filter_the_same_way(db):
    mine = canonical(QueryDict("phase=3&status=open&phase=1&q= roof &page=4&sort=-updated&owner=&view=8"))
    assert mine == canonical(QueryDict("q=roof&phase=1&phase=3&phase=1&status=open&format=csv"))
    assert mine == "phase=1&phase=3&q=roof&status=open"


@pytest.fixture
def orders(salesperson, colleague, phases):
    """Three sales whose every column differs, one of them with as little as a sale may have."""
    lost_to, person = RelationFactory(name="Zeta"), PersonFactory(family_name="Aker", prefix="")
    low, high = RelationFactory(name="Beta", number="R1"), RelationFactory(name="Gamma", number="R2")
    SaleFactory(
        subject="b", owner=colleague, customer=low, phase=phases[25], expected_revenue=Decimal("10"),
        source=Source.objects.order_by("name").first(), expected_end_date=TODAY, next_step="x", next_step_on=TODAY,
        start_date=TODAY, external_reference="a1", contact=ContactFactory(organization=low, person=person),
        phase_since=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    reason = LossReason.objects.order_by("name").first()
    lost = SaleFactory(
        subject="C", owner=salesperson, customer=high, phase=phases[75], expected_revenue=Decimal("20"),
        source=Source.objects.order_by("name").last(), expected_end_date=TODAY + DAY, next_step_on=TODAY + DAY,
        next_step="y", start_date=TODAY + DAY, external_reference="b2",
        contact=ContactFactory(organization=high, person=PersonFactory(family_name="Bos", prefix="")),
    )  # fmt: skip
    lose(lost, reason=reason, lost_to=lost_to, version=1, by=salesperson)
    SaleFactory(
        subject="a", owner=salesperson, customer=RelationFactory(name="Alpha"), phase=phases[10],
        expected_revenue=None, phase_since=datetime(2026, 3, 5, tzinfo=UTC),
    )  # fmt: skip


UPWARDS = {
    "subject": "abC", "customer": "abC", "status": "abC", "phase": "abC", "probability": "abC", "amount": "bCa",
    "weighted": "bCa", "end": "bCa", "next": "bCa", "next_on": "bCa", "days": "abC", "owner": "baC", "contact": "bCa",
    "number": "bCa", "source": "bCa", "start": "bCa", "created": "bCa", "closed": "Cab", "reason": "Cab",
    "lost_to": "Cab", "reference": "bCa",
}  # fmt: skip
DOWNWARDS = {
    "subject": "Cba", "customer": "Cba", "status": "Cab", "phase": "Cba", "probability": "Cba", "amount": "Cba",
    "weighted": "Cba", "end": "Cba", "next": "Cba", "next_on": "Cba", "days": "baC", "owner": "aCb", "contact": "Cba",
    "number": "Cba", "source": "Cba", "start": "Cba", "created": "aCb", "closed": "Cab", "reason": "Cab",
    "lost_to": "Cab", "reference": "Cba",
}  # fmt: skip


def test_every_column_has_an_order():
    assert {*UPWARDS} == {*DOWNWARDS} == {*COLUMNS} - {"updated"}


@pytest.mark.parametrize("key", UPWARDS)
def test_every_column_sorts_both_ways_with_unknown_values_last(orders, key):
    ways = [list_state(QueryDict(f"sort={sort}")).ordered(Sale.objects.all()) for sort in (key, f"-{key}")]
    assert ["".join(sale.subject for sale in way) for way in ways] == [UPWARDS[key], DOWNWARDS[key]]


def test_last_changed_comes_first_unless_asked_otherwise(orders):
    Sale.objects.get(subject="b").save()
    newest, oldest = (list_state(QueryDict(query)).ordered(Sale.objects.all()) for query in ("", "sort=updated"))
    assert [sale.subject for sale in newest] == [sale.subject for sale in oldest][::-1]
    assert newest[0].subject == "b"


def test_an_address_that_names_a_merged_relation_leads_to_the_kept_one(six, manager):
    gone = RelationFactory(name="Alpha Old", merged_into_id=six["alpha"], is_active=False).pk
    rival = RelationFactory(name="Rival Old", merged_into_id=six["rival"], is_active=False).pk

    assert matches(f"customer={gone}", manager) == matches(f"customer={six['alpha']}", manager) != []
    assert matches(f"customer={gone}&customer={six['beta']}", manager) == ["four", "one", "three", "two", "won"]
    assert matches(f"customer_not={gone}", manager) == ["lost", "three"]
    assert matches(f"lost_to={rival}&lost_to=none", manager) == matches("", manager)
    assert matches(f"lost_to={rival}", manager) == ["lost"]
    assert matches("customer=999999", manager) == []


@pytest.mark.parametrize("words", ["customer={}", "customer={}&status=open"])
def test_a_merged_relation_costs_no_statement_and_is_called_by_its_new_name(
    six, manager, as_user, words, django_assert_num_queries
):
    gone = RelationFactory(name="Alpha Old", merged_into_id=six["alpha"], is_active=False).pk
    browser = as_user(manager)
    with CaptureQueriesContext(connection) as usual:
        browser.get(f"/sales/?{words.format(six['alpha'])}")
    with django_assert_num_queries(len(usual)):
        text = browser.get(f"/sales/?{words.format(gone)}").content.decode()
    assert "Alpha Old" not in text
    assert "Customer: Alpha" in text
