"""Saved views: kept, renamed, shared, updated and removed by who made them; shared ones never widen what one sees."""

import threading
from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest
from django.db import connection

from sales.listing import saved_views
from sales.models import Phase, SavedView
from sales.refusals import Refused
from salescrm.refusals import Forbidden
from tests.factories import RelationFactory, SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def view(salesperson):
    """A shared view of the salesperson: open sales of € 100 and more, the dearest first."""
    query = "status=open&amount_from=100&sort=-amount"
    return saved_views.save(name="Big ones", query=query, shared=True, by=salesperson)


def text(response):
    return response.content.decode()


def test_view_is_kept_in_its_canonical_words(salesperson):
    view = saved_views.save(
        name=" Mine ", query="sort=-updated&page=4&status=open&phase=2&phase=1&view=9", shared=False, by=salesperson
    )
    assert (view.name, view.query, view.shared) == ("Mine", "phase=1&phase=2&status=open", False)
    assert view.address == f"/sales/?phase=1&phase=2&status=open&view={view.pk}"


def test_view_of_all_sales_has_an_address_too(salesperson):
    view = saved_views.save(name="All", query="", shared=False, by=salesperson)
    assert view.address == f"/sales/?view={view.pk}"


def test_view_sent_twice_is_one_whatever_became_of_it(desk, salesperson):
    sent = {"name": "Mine", "query": "status=open", "token": str(uuid4())}
    first = desk.post("/sales/views/new/", sent)
    view = saved_views.change(SavedView.objects.get(), name="Big ones", shared=True, version=1, by=salesperson)
    again = desk.post("/sales/views/new/", sent)
    assert (first["Location"], again["Location"], SavedView.objects.get()) == (view.address, view.address, view)


def test_name_in_use_is_refused_but_only_of_the_same_user(salesperson, colleague, view):
    with pytest.raises(Refused) as refusal:
        saved_views.save(name="Big ones", query="status=lost", shared=False, by=salesperson)
    assert refusal.value.message_dict == {"name": ["You already have a view with this name."]}
    assert saved_views.save(name="Big ones", query="status=lost", shared=False, by=colleague).owner == colleague
    other = saved_views.save(name="Other", query="", shared=False, by=salesperson)
    with pytest.raises(Refused):
        saved_views.change(other, name="Big ones", shared=False, version=1, by=salesperson)


def test_nonsense_and_a_filter_that_is_too_long_are_refused(salesperson):
    with pytest.raises(BadRequest):
        saved_views.save(name="Red", query="colour=red", shared=False, by=salesperson)
    long = "&".join(f"customer={pk}" for pk in range(10_000_000, 10_000_120))
    with pytest.raises(Refused) as refusal:
        saved_views.save(name="Long", query=long, shared=False, by=salesperson)
    assert (refusal.value.code, SavedView.objects.count()) == ("too_long", 0)


def test_owner_renames_shares_updates_and_removes(salesperson, view):
    view = saved_views.change(view, name="Larger", shared=False, version=1, by=salesperson)
    view = saved_views.update(view, query="status=open&columns=owner,amount", version=2, by=salesperson)
    assert (view.name, view.shared, view.query) == ("Larger", False, "columns=owner%2Camount&status=open")
    saved_views.delete(view, by=salesperson)
    saved_views.delete(view, by=salesperson)
    with pytest.raises(Refused) as refusal:
        saved_views.update(view, query="", version=3, by=salesperson)
    assert (refusal.value.code, SavedView.objects.count()) == ("gone", 0)


def test_others_change_nothing_and_managers_only_stop_the_sharing(view, colleague, manager):
    for somebody in (colleague, manager):
        for deed in (
            lambda by: saved_views.change(view, name="X", shared=False, version=1, by=by),
            lambda by: saved_views.update(view, query="", version=1, by=by),
            lambda by: saved_views.delete(view, by=by),
        ):
            with pytest.raises(Forbidden):
                deed(somebody)
    with pytest.raises(Forbidden):
        saved_views.stop_sharing(view, by=colleague)
    saved_views.stop_sharing(view, by=manager)
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Big ones", False)


@pytest.mark.django_db(transaction=True)
def test_same_name_in_two_windows_at_once_is_kept_once(salesperson):
    outcomes, start = [], threading.Barrier(2)

    def keep(query):
        start.wait()
        try:
            outcomes.append(saved_views.save(name="Twin", query=query, shared=False, by=salesperson).query)
        except Refused:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=keep, args=[query]) for query in ("status=open", "status=lost")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2 and "taken" in outcomes
    assert SavedView.objects.count() == 1


def test_menu_holds_own_and_shared_views_and_knows_the_open_one(as_user, salesperson, colleague, view):
    saved_views.save(name="Secret", query="status=lost", shared=False, by=salesperson)
    mine, theirs = (as_user(user).get(view.address).context["views"] for user in (salesperson, colleague))
    assert [str(v) for v in mine.own] == ["Big ones", "Secret"] and mine.of_others == []
    assert [str(v) for v in theirs.of_others] == ["Big ones"] and theirs.own == []
    assert (mine.opened, mine.is_changed, mine.may_update) == (view, False, True)
    assert (theirs.opened, theirs.is_changed, theirs.may_update) == (view, False, False)


def test_changed_view_offers_to_be_updated(desk, view, as_user, colleague):
    page = desk.get(f"{view.address}&owner=1&page=2")
    assert page.context["views"].is_changed
    assert "Update “Big ones”" in text(page)
    assert "Update “Big ones”" not in text(desk.get(f"{view.address}&page=2"))
    assert "Update “Big ones”" not in text(as_user(colleague).get(f"{view.address}&owner=1"))


def test_open_view_of_somebody_else_or_of_the_past_is_just_a_filter(desk, colleague):
    hidden = saved_views.save(name="Hidden", query="status=open", shared=False, by=colleague)
    for pk in (hidden.pk, 999_999):
        response = desk.get(f"/sales/?status=open&view={pk}")
        assert (response.status_code, response.context["views"].opened) == (200, None)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_list_is_kept_from_its_page_with_the_columns_as_shown(desk, salesperson, headers):
    desk.cookies["sales-columns"] = "owner,amount"
    dialog = desk.get("/sales/views/new/?status=open&q=roof&page=3", headers=headers)
    assert (dialog.status_code, "“roof”" in text(dialog)) == (200, True)
    answers = {"query": "status=open&q=roof&page=3", "name": "Roofs", "shared": "on", "token": str(uuid4())}
    response = desk.post("/sales/views/new/", answers, headers=headers)
    view = SavedView.objects.get()
    assert (response.headers.get("Location") or response["HX-Redirect"]) == view.address
    assert (view.owner, view.name, view.shared) == (salesperson, "Roofs", True)
    assert view.query == "columns=owner%2Camount&q=roof&status=open"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_name_in_use_is_told_beside_the_field(desk, view, headers):
    answers = {"query": "status=lost", "name": "Big ones", "token": str(uuid4())}
    response = desk.post("/sales/views/new/", answers, headers=headers)
    assert (response.status_code, SavedView.objects.count()) == (422, 1)
    assert response.context["form"].errors == {"name": ["You already have a view with this name."]}
    assert 'value="Big ones"' in text(response)
    response = desk.post("/sales/views/new/", answers | {"name": " "}, headers=headers)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])


def test_view_new_refuses_nonsense(desk):
    assert desk.get("/sales/views/new/?colour=red").status_code == 400
    sent = {"name": "x", "query": "status=open", "token": str(uuid4())}
    for wrong in ({"query": "colour=red"}, {"token": ""}):
        assert desk.post("/sales/views/new/", sent | wrong).status_code == 400


def test_pages_of_a_view(desk, as_user, view, colleague, manager):
    assert (
        desk.post(f"/sales/views/{view.pk}/", {"name": "Larger", "shared": "on", "version": 1})["Location"]
        == "/sales/views/"
    )
    assert SavedView.objects.get().name == "Larger"
    response = desk.post(f"/sales/views/{view.pk}/update/", {"query": "status=lost&page=2", "version": 2})
    assert response["Location"] == f"/sales/?status=lost&view={view.pk}"
    assert "A view of Sanne de Wit" in text(as_user(colleague).get(f"/sales/views/{view.pk}/"))
    assert "Stop sharing" not in text(as_user(colleague).get("/sales/views/"))
    assert "Stop sharing" in text(as_user(manager).get("/sales/views/"))
    assert as_user(colleague).post(f"/sales/views/{view.pk}/", {"stop": "1"}).status_code == 403
    assert as_user(manager).post(f"/sales/views/{view.pk}/", {"stop": "1"})["Location"] == "/sales/views/"
    assert as_user(colleague).get(f"/sales/views/{view.pk}/").status_code == 404
    assert desk.post(f"/sales/views/{view.pk}/delete/")["Location"] == "/sales/views/"
    assert "No views yet" in text(desk.get("/sales/views/"))


@pytest.mark.parametrize("count", [1, 3])
def test_manage_page_takes_two_statements_more_than_nothing(desk, salesperson, count, django_assert_num_queries):
    for number in range(count):
        saved_views.save(name=f"View {number}", query="customer=1", shared=True, by=salesperson)
    desk.get("/sales/views/")
    with django_assert_num_queries(3):
        desk.get("/sales/views/")


def test_view_that_asks_for_what_no_longer_exists_says_so(desk, view, as_user, colleague):
    SavedView.objects.update(query="colour=red&status=open")
    view.refresh_from_db()
    for browser in (desk, as_user(colleague)):
        response = browser.get(view.address, follow=True)
        assert response.redirect_chain == [(f"/sales/views/{view.pk}/", 302)]
        assert "asks for something the list no longer knows" in text(response)
    assert "cannot be opened" in text(desk.get("/sales/views/"))
    assert desk.get(f"/sales/?colour=red&view={view.pk + 1}").status_code == 400
    saved_views.update(view, query="status=open", version=1, by=view.owner)
    assert desk.get(f"/sales/?colour=red&view={view.pk}").status_code == 400


def test_shared_view_shows_everybody_only_what_they_may_see(as_user, salesperson, colleague, manager, view, switch):
    customer = RelationFactory()
    for owner in (salesperson, salesperson, colleague):
        SaleFactory(owner=owner, customer=customer, phase=Phase.objects.first())
    switch(sales_visible="own")
    counts = [as_user(user).get(view.address).context["totals"]["count"] for user in (salesperson, colleague, manager)]
    assert counts == [2, 1, 3]


def test_board_has_the_same_menu_and_opens_there_what_it_can_show(desk, salesperson, view):
    lost = saved_views.save(name="Lost ones", query="status=lost&closed_from=2026-01-01", shared=False, by=salesperson)
    board = desk.get("/sales/board/?amount_from=100")
    assert [(v, v.leads_to) for v in board.context["views"].own] == [
        (view, f"/sales/board/?amount_from=100&view={view.pk}"), (lost, lost.address),
    ]  # fmt: skip
    assert "/sales/views/new/?amount_from=100&amp;status=open" in text(board)
    opened = desk.get(f"/sales/board/?amount_from=100&view={view.pk}")
    menu = opened.context["views"]
    assert (menu.opened, menu.is_changed, menu.may_update) == (view, False, False)
    assert f'href="/sales/?amount_from=100&amp;sort=-amount&amp;status=open&amp;view={view.pk}"' in text(opened)
    assert desk.get(f"/sales/board/?amount_from=200&view={view.pk}").context["views"].is_changed
    assert f'href="/sales/board/?amount_from=100&amp;view={view.pk}"' in text(desk.get(view.address))


@pytest.mark.parametrize("query", ["reason=1&status=lost", "status=open&status=lost", "lost_to=3", "colour=red"])
def test_view_of_what_the_board_does_not_show_opens_in_the_list(salesperson, query):
    view = SavedView(owner=salesperson, name="X", query=query, pk=7)
    assert saved_views.on_board(view) == f"/sales/?{query}&view=7"
    assert saved_views.on_board(SavedView(owner=salesperson, name="All", pk=8)) == "/sales/board/?view=8"
