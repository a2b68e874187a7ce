"""The trash: in it a sale is seen nowhere else, nothing changes it, and it comes back as it was (rules 3, 5, 6, 7)."""

from decimal import Decimal

import pytest

from sales import sentences
from sales.acceptance import accept
from sales.correcting import correct
from sales.editing import edit, replace_lines
from sales.models import FollowUp, Phase, Sale
from sales.refusals import AlreadyDone, Refused, Stale
from sales.reopening import reopen
from sales.settings.configuration import (
    change_phase,
    delete,
    move_all,
    preview_probability,
)
from sales.transitions import lose, move, set_probability, undo
from sales.trashing import restore, trash
from salescrm.calendar import today
from tests.factories import LineFactory, ProjectFactory, SaleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(salesperson, phases):
    return SaleFactory(owner=salesperson, subject="Roof", phase=phases[50], expected_revenue=Decimal("800"))


def kinds(sale):
    return list(sale.events.order_by("sequence").values_list("kind", "trashed"))


def test_trash_and_restore_are_events_and_the_sale_is_as_it_was(sale, manager):
    before = sale.state()
    gone = trash(sale, version=1, by=manager)
    assert (gone.trashed, gone.version, gone.updated_by) == (True, 2, manager)
    back = Sale.objects.get(pk=restore(sale, version=2, by=manager).pk)
    assert (back.state(), back.version) == (before, 3)
    assert kinds(sale) == [("created", False), ("trashed", True), ("restored", False)]


def test_days_in_the_phase_are_counted_on(sale, manager):
    trash(sale, version=1, by=manager)
    assert restore(sale, version=2, by=manager).phase_since == sale.phase_since


def test_closed_sale_goes_to_the_trash_and_comes_back_closed(sale, manager):
    lose(sale, reason=None, lost_to=None, version=1, by=manager)
    trash(sale, version=2, by=manager)
    assert restore(sale, version=3, by=manager).status == "lost"


def test_second_click_shows_the_first_result_and_somebody_else_learns_who_was_first(sale, manager, administrator):
    for _click in range(2):
        assert trash(sale, version=1, by=manager).trashed
    with pytest.raises(AlreadyDone):
        trash(sale, version=1, by=administrator)
    for _click in range(2):
        assert not restore(sale, version=2, by=manager).trashed
    with pytest.raises(AlreadyDone):
        restore(sale, version=2, by=administrator)
    assert len(kinds(sale)) == 3


def test_old_window_is_stale(sale, manager, phases):
    move(sale, phase=phases[75], version=1, by=manager)
    with pytest.raises(Stale):
        trash(sale, version=1, by=manager)


def test_what_is_in_the_trash_does_not_go_there_and_what_is_not_does_not_come_back(sale, manager):
    with pytest.raises(Refused, match="not in the trash"):
        restore(sale, version=1, by=manager)
    trash(sale, version=1, by=manager)
    with pytest.raises(Refused, match="in the trash already"):
        trash(sale, version=2, by=manager)


def test_invoice_or_project_keeps_a_sale_out_of_the_trash_and_is_named(sale, manager):
    LineFactory(sale=sale)
    kind = sale.customer.relation_type
    accept(sale, reason=None, relation_type=kind, follow_up=FollowUp.INVOICE, version=1, by=manager)
    with pytest.raises(Refused, match="Draft invoice “Roof” hangs on this sale"):
        trash(Sale.objects.get(), version=2, by=manager)
    other = SaleFactory(project=ProjectFactory(name="Kade", number="P7"))
    with pytest.raises(Refused, match="Project P7 Kade hangs on this sale"):
        trash(other, version=1, by=manager)


DEEDS = {
    "move": lambda sale, by: move(sale, phase=Phase.objects.first(), version=2, by=by),
    "undo": lambda sale, by: undo(sale, version=2, by=by),
    "lose": lambda sale, by: lose(sale, reason=None, lost_to=None, version=2, by=by),
    "accept": lambda sale, by: accept(
        sale, reason=None, relation_type=sale.customer.relation_type, follow_up="none", version=2, by=by
    ),
    "reopen": lambda sale, by: reopen(sale, delete_follow_up=False, version=2, by=by),
    "correct": lambda sale, by: correct(
        sale, reason=None, lost_to=None, source=None, closed_on=today(), version=2, by=by
    ),
    "probability": lambda sale, by: set_probability(sale, probability=None, version=2, by=by),
    "edit": lambda sale, by: edit(sale, values={"note": "Call"}, version=2, by=by),
    "lines": lambda sale, by: replace_lines(sale, lines=[], version=2, by=by),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_changes_a_sale_in_the_trash(sale, manager, deed):
    trash(sale, version=1, by=manager)
    with pytest.raises(Refused, match="This sale is in the trash. Restore it first"):
        DEEDS[deed](sale, manager)
    assert Sale.objects.get().version == 2


def change(phase, probability, by):
    basis = preview_probability(phase, probability).basis
    return change_phase(
        phase, name=phase.name, colour=phase.colour, probability=probability, age_limit=None, open_sales=True,
        basis=basis, by=by,
    )  # fmt: skip


@pytest.mark.parametrize(("by_hand", "after"), [(False, 60), (True, 33)])
def test_restored_sale_takes_the_percentage_its_phase_has_now(sale, manager, phases, switch, by_hand, after):
    switch(own_probability=True)
    others = [SaleFactory(phase=phases[50]), SaleFactory(phase=phases[50]), SaleFactory(phase=phases[25])]
    if by_hand:
        sale = set_probability(sale, probability=33, version=1, by=manager)
    gone = trash(sale, version=sale.version, by=manager)
    preview = preview_probability(phases[50], 60)
    assert (preview.count, preview.by_hand, preview.forecast_before) == (2, 0, Decimal("1250"))
    assert change(phases[50], 60, manager) == 2
    assert Sale.objects.get(pk=sale.pk).version == gone.version
    back = restore(gone, version=gone.version, by=manager)
    assert (back.probability, back.probability_by_hand) == (after, by_hand)
    last = back.events.order_by("sequence").last()
    assert (last.kind, last.probability, last.trashed) == ("restored", after, False)
    assert {Sale.objects.get(pk=other.pk).probability for other in others} == {60, 25}


def test_sale_that_was_closed_keeps_its_percentage(sale, manager, phases):
    lose(sale, reason=None, lost_to=None, version=1, by=manager)
    trash(sale, version=2, by=manager)
    Phase.objects.filter(pk=phases[50].pk).update(probability=60)
    assert restore(sale, version=3, by=manager).probability == 50


def test_history_tells_it_in_words(sale, manager, phases):
    trash(sale, version=1, by=manager)
    Phase.objects.filter(pk=phases[50].pk).update(probability=60)
    back = restore(sale, version=2, by=manager)
    entries = sentences.tell(sentences.read(back, Phase.objects.all()), "en")
    assert [(entry.headline, entry.details) for entry in entries][:2] == [
        ("Restored from the trash", ["Probability: 50 % → 60 %"]),
        ("Moved to the trash", []),
    ]


def test_phase_of_a_sale_in_the_trash_is_in_use_and_can_be_emptied(sale, manager, phases, as_user, administrator):
    trash(sale, version=1, by=manager)
    with pytest.raises(Exception, match="in use"):
        delete(phases[50])
    page = as_user(administrator).get(f"/settings/sales/phases/{phases[50].pk}/remove/")
    assert "1 of them is in the trash" in page.content.decode()
    assert move_all(phases[50], to=phases[25], by=administrator) == 1
    assert restore(sale, version=3, by=manager).phase == phases[25]


@pytest.mark.parametrize("path", ["/sales/", "/sales/?status=open", "/sales/board/", "/reports/forecast/", "/"])
def test_it_is_on_no_page(sale, manager, as_user, path):
    SaleFactory(subject="Door", owner=manager)
    trash(sale, version=1, by=manager)
    text = as_user(manager).get(path).content.decode()
    assert "Roof" not in text


def test_its_address_is_404_with_a_reason_and_leads_to_the_trash(sale, manager, salesperson, as_user, reads_only):
    trash(sale, version=1, by=manager)
    desk, office = as_user(salesperson), as_user(manager)
    with reads_only():
        answer, lead = desk.get(f"/sales/{sale.pk}/"), office.get(f"/sales/{sale.pk}/")
    assert (answer.status_code, "Mila Brand moved it there" in answer.content.decode()) == (404, True)
    assert lead["Location"] == f"/sales/{sale.pk}/trash/"


def test_address_of_what_one_could_not_see_says_nothing(sale, manager, colleague, as_user, switch):
    trash(sale, version=1, by=manager)
    switch(sales_visible="own")
    answer = as_user(colleague).get(f"/sales/{sale.pk}/")
    assert (answer.status_code, "trash" in answer.content.decode()) == (404, False)


def test_page_asks_and_sends_it_there_and_back(sale, manager, as_user):
    desk = as_user(manager)
    assert "Move to the trash" in desk.get(f"/sales/{sale.pk}/trash/").content.decode()
    assert desk.post(f"/sales/{sale.pk}/trash/", {"version": 1})["Location"] == "/sales/?status=open"
    page = desk.get("/sales/trash/").content.decode()
    assert ("Roof" in page, "Mila Brand" in page) == (True, True)
    assert "In the trash since" in desk.get(f"/sales/{sale.pk}/trash/").content.decode()
    assert desk.post(f"/sales/{sale.pk}/restore/", {"version": 2})["Location"] == f"/sales/{sale.pk}/"
    assert "The trash is empty" in desk.get("/sales/trash/").content.decode()


def test_trash_leads_back_to_the_list_that_asked_and_nowhere_else(sale, manager, as_user):
    desk, url, back = as_user(manager), f"/sales/{sale.pk}/trash/", "/sales/?q=roof&page=2"
    page = desk.get(url, {"back": back}).content.decode()
    assert '<input type="hidden" name="back" value="/sales/?q=roof&amp;page=2">' in page
    for elsewhere in ("https://example.com/sales/", "/settings/users/"):
        assert desk.post(url, {"version": 1, "back": elsewhere}).status_code == 400
    assert desk.post(url, {"version": 1, "back": back})["Location"] == back


def test_page_says_why_it_cannot_go_there(manager, as_user):
    sale = SaleFactory(project=ProjectFactory(name="Kade", number="P7"))
    desk = as_user(manager)
    page = desk.get(f"/sales/{sale.pk}/trash/").content.decode()
    assert ("Project P7 Kade hangs on this sale" in page, "It can be restored" in page) == (True, False)
    assert desk.post(f"/sales/{sale.pk}/trash/", {"version": 1}).status_code == 422


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_stale_page_is_409_and_tells_what_happened(sale, manager, administrator, as_user, phases, headers):
    move(sale, phase=phases[75], version=1, by=administrator)
    desk = as_user(manager)
    answer = desk.post(f"/sales/{sale.pk}/trash/", {"version": 1}, headers=headers)
    assert (answer.status_code, "Moved to Negotiation" in answer.content.decode()) == (409, True)
    trash(sale, version=2, by=administrator)
    answer = desk.post(f"/sales/{sale.pk}/restore/", {"version": 2}, headers=headers)
    assert (answer.status_code, "Moved to the trash" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("count", [1, 3])
def test_trash_page_takes_the_same_statements_however_full(
    manager, as_user, count, django_assert_num_queries, reads_only
):
    for sale in SaleFactory.create_batch(count):
        trash(sale, version=1, by=manager)
    desk = as_user(manager)
    with django_assert_num_queries(5), reads_only():
        desk.get("/sales/trash/")
