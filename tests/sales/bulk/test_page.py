"""The page of a change of many sales: what it asks, what it foresees, and what comes of sending it."""

import re

import pytest

from sales.models import Sale, SaleEvent
from sales.transitions import lose, move
from tests.factories import SaleFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sales(salesperson, phases):
    return [
        SaleFactory(subject=f"Sale {chance}", owner=salesperson, phase=phases[chance]) for chance in (10, 25, 50, 75)
    ]


@pytest.fixture
def send(as_user, salesperson):
    """Send what the list sends, as the salesperson: send("move", sales, phase=3)."""

    def post(action, sales=(), by=salesperson, headers=None, **data):
        form = {"asked": 1} if data.keys() - {"all", "query"} else {}
        ids = {"sale": [sale.pk for sale in sales]} if sales else {}
        return as_user(by).post("/sales/bulk/", {"action": action, **ids, **form, **data}, headers=headers)

    return post


def basis_in(answer):
    return re.search(r'name="basis" value="([^"]+)"', answer.content.decode())[1]


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()).replace(" .", ".")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_asks_then_foresees_then_does_and_leads_back(send, sales, phases, headers):
    form_page = send("move", sales[:3], query="status=open&q=Sale", headers=headers)
    words = text_of(form_page), form_page.content.decode()
    assert (form_page.status_code, "3 selected" in words[0], "basis" in words[1]) == (200, True, False)
    seen = send("move", sales[:3], query="status=open&q=Sale", phase=phases[50].pk, headers=headers)
    assert "2 sales move to Proposal. Weighted revenue from € 350.00 to € 1,000.00." in text_of(seen)
    assert "1 sale is like that already" in text_of(seen)
    done = send(
        "move", sales[:3], query="status=open&q=Sale", phase=phases[50].pk, basis=basis_in(seen), headers=headers,
        **{"carry-out": "all"},
    )  # fmt: skip
    assert done["HX-Redirect" if headers else "Location"] == "/sales/?status=open&q=Sale"
    assert list(Sale.objects.order_by("pk").values_list("probability", flat=True)) == [50, 50, 50, 75]


def test_all_of_the_filter_needs_no_ids(send, sales, phases):
    seen = send("move", all=1, query=f"phase={phases[10].pk}&phase={phases[25].pk}&page=2", phase=phases[75].pk)
    html = seen.content.decode()
    assert ("2 sales move to Negotiation" in text_of(seen), 'name="sale"' in html, 'name="all"' in html) == (
        True, False, True,
    )  # fmt: skip


def test_refused_ones_are_named_with_a_link_and_left_out_on_request(send, sales, phases, salesperson):
    lose(sales[0], reason=None, lost_to=None, version=1, by=salesperson)
    seen = send("move", sales, phase=phases[100].pk)
    assert f'<a href="/sales/{sales[0].pk}/"' in seen.content.decode()
    assert "This sale is lost. Reopen it first." in text_of(seen)
    answers = {"phase": phases[100].pk, "basis": basis_in(seen)}
    assert send("move", sales, **answers, **{"carry-out": "all"}).status_code == 422
    assert SaleEvent.objects.filter(kind="moved").count() == 0
    assert send("move", sales, **answers, **{"carry-out": "others"}).status_code == 302
    assert SaleEvent.objects.filter(kind="moved").count() == 3


def test_change_in_between_is_409_with_a_fresh_preview(send, sales, phases, colleague):
    answers = {"phase": phases[100].pk, "basis": basis_in(send("move", sales, phase=phases[100].pk))}
    move(sales[0], phase=phases[100], version=1, by=colleague)
    stale = send("move", sales, **answers, **{"carry-out": "all"})
    assert (stale.status_code, "Something changed since you looked" in text_of(stale)) == (409, True)
    assert "3 sales move to Order" in text_of(stale)
    again = send("move", sales, **answers | {"basis": basis_in(stale)}, **{"carry-out": "all"})
    assert again.status_code == 302


@pytest.mark.parametrize("action", ["move", "trash"])
def test_sent_twice_is_one_change_and_the_same_answer(send, sales, phases, manager, action):
    fields = {"phase": phases[100].pk} if action == "move" else {}
    basis = basis_in(send(action, sales, by=manager, **fields))
    answers = [send(action, sales, by=manager, basis=basis, **fields, **{"carry-out": "all"}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert SaleEvent.objects.exclude(kind="created").count() == 4


def test_sales_one_may_not_see_are_not_changed_and_not_told_apart_from_none(
    send, sales, phases, colleague, switch, salesperson
):
    hidden = SaleFactory(owner=colleague, subject="Hidden")
    switch(sales_visible="own")
    seen = send("move", [*sales, hidden], phase=phases[100].pk)
    assert ("4 sales move to Order" in text_of(seen), "Hidden" in text_of(seen)) == (True, False)
    assert "1 of the sales you selected is not there any more, or not yours to see." in text_of(seen)


@pytest.mark.parametrize("action", ["move", "owner", "end", "step", "lose"])
def test_each_change_asks_its_own_right(send, sales, salesperson, action):
    rights = {"move": "move_sale", "lose": "lose_sale"}
    salesperson.groups.first().permissions.get(codename=rights.get(action, "change_sale")).delete()
    assert send(action, sales).status_code == 403


def test_salesperson_may_not_trash(send, sales):
    assert send("trash", sales).status_code == 403


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("end", {"way": "on"}, "Choose a day."),
        ("end", {"way": "later"}, "Say how many days."),
        ("end", {"way": "later", "later": "many"}, "Enter a whole number of days"),
        ("end", {"way": "sometime"}, "Select a valid choice"),
        ("step", {"next_step_on": "2026-05-01"}, "Say what the next step is."),
        ("move", {"phase": ""}, "This field is required."),
        ("owner", {"owner": "999999"}, "Select a valid choice"),
    ],
)
def test_answers_that_say_nothing_are_422(send, sales, action, fields, words):
    answer = send(action, sales, **fields)
    assert (answer.status_code, words in text_of(answer)) == (422, True)


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("end", {"way": "on", "day": "2027-05-01", "later": "x"}, "4 sales end on 1 May 2027."),
        ("end", {"way": "none", "day": "2027-05-01"}, "4 sales are like that already"),
        ("end", {"way": "later", "later": "7"}, "4 sales cannot be changed"),
        ("step", {"next_step": "Call", "next_step_on": "2026-05-01"}, "4 sales get this next step."),
        ("lose", {"reason": ""}, "4 sales will be closed as lost."),
    ],
)
def test_it_says_what_will_happen(send, sales, action, fields, words):
    answer = send(action, sales, **fields)
    assert (answer.status_code, words in text_of(answer)) == (200, True)


@pytest.mark.parametrize(
    "data",
    [
        {"action": "burn", "sale": "1"}, {"action": "move", "sale": "1;2"}, {"action": "move", "sale": "9" * 30},
        {"action": "move", "all": "1", "query": "colour=blue"}, {"sale": "1"}, {"action": "move", "sale": "²"},
    ],
)  # fmt: skip
def test_rubbish_is_400(as_user, salesperson, data):
    assert as_user(salesperson).post("/sales/bulk/", data).status_code == 400


def test_nothing_selected_leads_back_with_a_hint(send, sales):
    answer = send("move", query="status=open")
    assert (answer.status_code, answer["Location"]) == (302, "/sales/?status=open")


def test_more_than_a_thousand_ticked_ones_are_refused(as_user, salesperson, sales):
    ticked = ",".join(str(number) for number in range(1, 1002))
    answer = as_user(salesperson).post("/sales/bulk/", {"action": "move", "sale": ticked})
    assert (answer.status_code, "At most 1,000 sales are changed at once" in text_of(answer)) == (422, True)


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_statements_for_more_sales(
    as_user, salesperson, phases, count, django_assert_num_queries, reads_only
):
    SaleFactory.create_batch(count, owner=salesperson)
    for sale in SaleFactory.create_batch(count, owner=salesperson):
        lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    desk = as_user(salesperson)
    with django_assert_num_queries(8), reads_only():
        desk.post("/sales/bulk/", {"action": "move", "all": 1, "asked": 1, "phase": phases[75].pk})


def test_more_than_one_change_may_hold_are_told_before_anything_is_asked(send, sales, phases, monkeypatch):
    monkeypatch.setattr("sales.bulk.views.LIMIT", 3)
    answer = send("move", all=1, query="status=open")
    assert (answer.status_code, 'name="phase"' in answer.content.decode()) == (422, False)
    assert "At most 3 sales are changed at once. Narrow the filter" in text_of(answer)


def test_looking_again_stands_at_what_will_happen_and_comes_before_doing_it(send, sales):
    """Enter in a field presses the first button of a form: that one never changes anything."""
    seen = send("end", sales, way="on", day="2027-01-10").content.decode()
    form = seen[seen.index('action="/sales/bulk/"') :]
    buttons = re.findall(r"<button[^>]*>", form[: form.index("</form>")])
    assert [("carry-out" in button) for button in buttons] == [False, True]
    assert "Look again" in form[form.index('class="foreseen"') : form.index("</section>")]
