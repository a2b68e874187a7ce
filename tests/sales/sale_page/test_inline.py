"""Amount, end date, owner and next step changed where they stand, with and without htmx."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from sales.editing import edit
from sales.models import Phase, Sale
from sales.transitions import lose, move
from salescrm.calendar import today
from tests.factories import LineFactory, SaleFactory
from tests.forms import Sheet

HTMX = {"HX-Request": "true"}
AMOUNTS = [("20000", "20,000"), ("30000", "30,000")]


@pytest.fixture
def sale(salesperson, phases):
    return SaleFactory(
        owner=salesperson, subject="Warehouse", phase=phases[50], expected_revenue=Decimal("24000"),
        expected_end_date=date(2030, 3, 20), start_date=date(2025, 1, 1), next_step="Call Jan", next_step_on=today(),
    )  # fmt: skip


def url(sale, what):
    return reverse("sales:change", args=[sale.pk, what])


def stored(sale, *names):
    return Sale.objects.values_list(*names).get(pk=sale.pk)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize(
    ("what", "name", "value"),
    [
        ("amount", "expected_revenue", "24,000.00"),
        ("end", "expected_end_date", "2030-03-20"),
        ("step", "next_step", "Call Jan"),
    ],
)
def test_value_becomes_a_form_in_its_place(desk, sale, what, name, value, headers, reads_only):
    with reads_only():
        response = desk.get(url(sale, what), headers=headers)
    text = response.content.decode()
    assert response.status_code == 200
    assert f'data-change-form="{what}"' in text
    assert f'name="{name}" value="{value}"' in text
    assert ("<h1" in text) is not bool(headers)
    assert text.count("data-change-form") == 1


@pytest.mark.parametrize(
    ("what", "values", "names", "expected", "kinds"),
    [
        ("amount", {"expected_revenue": "12.500,50"}, ["expected_revenue", "weighted_revenue"], None, None),
        ("amount", {"expected_revenue": "12,500.50"}, ["expected_revenue", "weighted_revenue"],
         (Decimal("12500.50"), Decimal("6250.25")), ["created", "changed"]),
        ("amount", {"expected_revenue": "12500,5"}, ["expected_revenue"], (Decimal("12500.50"),),
         ["created", "changed"]),
        ("amount", {"expected_revenue": ""}, ["expected_revenue"], (None,), ["created", "changed"]),
        ("end", {"expected_end_date": "2031-01-31"}, ["expected_end_date"], (date(2031, 1, 31),),
         ["created", "changed"]),
        ("end", {"expected_end_date": ""}, ["expected_end_date"], (None,), ["created", "changed"]),
        ("step", {"next_step": "Write", "next_step_on": "2031-01-31"}, ["next_step", "next_step_on"],
         ("Write", date(2031, 1, 31)), ["created"]),
        ("step", {"next_step": "Write", "next_step_on": ""}, ["next_step", "next_step_on"], ("Write", None),
         ["created"]),
        ("step", {"next_step": "Write", "nothing": "1"}, ["next_step", "next_step_on"], ("", None), ["created"]),
    ],
)  # fmt: skip
def test_value_is_stored_by_the_one_domain_function(desk, sale, what, values, names, expected, kinds):
    response = desk.post(url(sale, what), {"version": 1, **values}, headers=HTMX)
    if expected is None:
        assert response.status_code == 422
        return
    assert response.status_code == 200
    assert stored(sale, *names) == expected
    assert list(sale.events.order_by("sequence").values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize(("word", "days"), [("today", 0), ("tomorrow", 1), ("week", 7)])
def test_button_names_the_day(desk, sale, word, days):
    values = {"version": 1, "next_step": "Write", "next_step_on": "2031-01-31", "ahead": word}
    desk.post(url(sale, "step"), values)
    assert stored(sale, "next_step", "next_step_on") == ("Write", today() + timedelta(days=days))


def test_answer_is_the_region_with_everything_that_follows(desk, sale):
    yesterday = (today() - timedelta(days=1)).isoformat()
    Sale.objects.update(start_date=None)
    text = desk.post(
        url(sale, "end"), {"version": 1, "expected_end_date": yesterday}, headers=HTMX
    ).content.decode()  # fmt: skip
    assert text.lstrip().startswith('<div id="sale-region">')
    assert "overdue" in text
    assert reverse("sales:history", args=[sale.pk]) in text
    assert 'name="version" value="2"' in text
    amount = desk.post(url(sale, "amount"), {"version": 2, "expected_revenue": "1000"}, headers=HTMX).content.decode()
    assert '<data value="500.00">' in amount
    assert reverse("sales:lines-panel", args=[sale.pk]) in amount


def test_without_script_one_is_led_back_to_the_sale(desk, sale):
    response = desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "1000"})
    assert (response.status_code, response["Location"]) == (302, f"/sales/{sale.pk}/")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize(
    ("what", "values", "message"),
    [
        ("amount", {"expected_revenue": "abc"}, "Enter an amount"),
        ("amount", {"expected_revenue": "-5"}, "not negative"),
        ("amount", {"expected_revenue": "1" * 30}, "digits"),
        ("end", {"expected_end_date": "2024-12-31"}, "lies before the start date"),
        ("end", {"expected_end_date": "soon"}, "valid date"),
        ("owner", {"owner": "999999"}, "valid choice"),
        ("step", {"next_step": "", "next_step_on": "2031-01-31"}, "Say what the next step is"),
        ("step", {"next_step": "x" * 201}, "at most 200"),
        ("step", {"next_step": "a\x00b"}, "Null characters"),
    ],
)
def test_slip_is_shown_beside_the_field(desk, sale, what, values, message, headers):
    before = stored(sale, "version", "expected_revenue", "expected_end_date", "owner", "next_step")
    response = desk.post(url(sale, what), {"version": 1, **values}, headers=headers)
    assert response.status_code == 422
    text = response.content.decode()
    assert message in text
    assert text.count('name="version" value="1"') >= 2
    assert stored(sale, "version", "expected_revenue", "expected_end_date", "owner", "next_step") == before
    value = next(iter(values.values()))
    assert value == "999999" or "\x00" in value or value in text


def test_negative_amount_is_said_at_its_field(desk, sale):
    response = desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "-5"})
    assert response.context["form"].errors == {"expected_revenue": ["Expected revenue is not negative."]}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_stale_value_shows_theirs_beside_yours_and_keeps_what_was_typed(desk, sale, colleague, headers):
    edit(sale, values={"expected_revenue": Decimal("20000")}, version=1, by=colleague)
    response = desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "30000"}, headers=headers)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Bram Bakker changed this sale" in text
    theirs, yours = (f'<data value="{value}.00">€ {amount}.00</data>' for value, amount in AMOUNTS)
    assert f"stored now <b>{theirs}</b>, yours {yours}" in text.replace("\xa0", " ")
    assert 'value="30,000.00"' in text
    assert stored(sale, "expected_revenue", "version") == (Decimal("20000"), 2)
    again = desk.post(url(sale, "amount"), {"version": 2, "expected_revenue": "30,000.00"}, headers=headers)
    assert again.status_code in (200, 302)
    assert stored(sale, "expected_revenue", "version") == (Decimal("30000"), 3)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_value_nobody_touched_here_is_not_said_to_be_yours(desk, sale, colleague, headers):
    opened = Sheet.open(desk, url(sale, "step"), "next_step").values
    edit(sale, values={"next_step": "Mail"}, version=1, by=colleague)
    response = desk.post(url(sale, "step"), opened, headers=headers)
    text = response.content.decode()
    assert (response.status_code, "stored now <b>Mail" in text, ", yours" in text) == (409, True, False)
    lose(Sale.objects.get(pk=sale.pk), reason=None, lost_to=None, version=2, by=colleague)
    closed = desk.post(url(sale, "step"), {**opened, "next_step": "Call"}, headers=headers).content.decode()
    assert ", yours Call" in closed


def test_the_same_twice_is_one_change(desk, sale):
    for _click in range(2):
        answer = desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "30000"}, headers=HTMX)
        assert answer.status_code == 200
    assert stored(sale, "version") == (2,)


def test_sale_closed_meanwhile_keeps_its_amount(desk, sale, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    response = desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "5"}, headers=HTMX)
    assert response.status_code == 409
    assert "data-change-form" not in response.content.decode()
    assert '<data value="5.00">' in response.content.decode()
    assert desk.post(url(sale, "amount"), {"version": 2, "expected_revenue": "5"}).status_code == 422
    assert stored(sale, "expected_revenue") == (Decimal("24000"),)


@pytest.mark.parametrize("what", ["amount", "end", "step"])
def test_closed_sale_offers_the_owner_only(desk, sale, salesperson, what):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    text = desk.get(f"/sales/{sale.pk}/").content.decode()
    assert [w for w in ("amount", "end", "owner", "step") if f'data-change="{w}"' in text] == ["owner"]
    dialog = desk.get(url(sale, what)).content.decode()
    assert "data-change-form" not in dialog
    assert "This sale is closed" in dialog


def test_closed_sale_is_handed_over_and_its_page_read_anew(desk, sale, salesperson, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    response = desk.post(url(sale, "owner"), {"version": 2, "owner": colleague.pk}, headers=HTMX)
    assert response["HX-Redirect"] == f"/sales/{sale.pk}/"
    assert stored(sale, "owner") == (colleague.pk,)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_sale_handed_over_out_of_sight_leads_to_the_list(desk, sale, colleague, switch, headers):
    switch(sales_visible="own")
    response = desk.post(url(sale, "owner"), {"version": 1, "owner": colleague.pk}, headers=headers)
    assert response.get("HX-Redirect") or response["Location"] == "/sales/"
    assert "Bram Bakker owns “Warehouse” from now on" in desk.get("/sales/").content.decode()


def test_colleague_who_left_cannot_become_owner(desk, sale, colleague):
    colleague.is_active = False
    colleague.save()
    assert desk.post(url(sale, "owner"), {"version": 1, "owner": colleague.pk}).status_code == 422


@pytest.mark.parametrize("what", ["subject", "phase", "amounts"])
def test_other_values_have_no_such_form(desk, sale, what):
    assert desk.get(url(sale, what)).status_code == 404
    assert desk.post(url(sale, what), {"version": 1}).status_code == 404


def test_without_the_right_to_change_there_are_no_pencils(as_user, salesperson, sale):
    salesperson.groups.first().permissions.remove(
        *salesperson.groups.first().permissions.filter(codename="change_sale")
    )  # fmt: skip
    browser = as_user(salesperson)
    text = browser.get(f"/sales/{sale.pk}/").content.decode()
    assert "data-change=" not in text
    assert "data-step-done" not in text
    assert browser.get(url(sale, "amount")).status_code == 403


def test_move_after_a_change_in_place_needs_no_reload(desk, sale, salesperson, phases):
    desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "100"}, headers=HTMX)
    moved = move(sale, phase=phases[75], version=2, by=salesperson)
    assert (moved.expected_revenue, moved.weighted_revenue) == (Decimal("100"), Decimal("75"))


@pytest.mark.parametrize("lines", [1, 3])
def test_statements_do_not_grow(desk, sale, lines, django_assert_num_queries):
    for _line in range(lines):
        LineFactory(sale=sale)
    Phase.objects.first()
    desk.get(f"/sales/{sale.pk}/")
    with django_assert_num_queries(6):
        desk.get(url(sale, "amount"), headers=HTMX)
    with django_assert_num_queries(13):
        desk.post(url(sale, "amount"), {"version": 1, "expected_revenue": "100"}, headers=HTMX)


@pytest.mark.parametrize(
    ("words", "days", "badge"), [("Call", -1, "late"), ("Call", 0, "today"), ("Call", 9, "planned"), ("", 9, "planned")]
)
def test_next_step_says_what_the_filter_of_the_list_says(desk, sale, words, days, badge):
    Sale.objects.update(next_step=words, next_step_on=today() + timedelta(days=days))
    page = desk.get(sale.get_absolute_url()).content.decode()
    step = page.partition('id="next-step-title"')[2].partition("</section>")[0]

    assert [word for word in ("late", "today", "planned", "none") if f">{word}</span>" in step] == [badge]
    assert Sale.objects.with_next_step(badge, today=today()).get() == sale


def test_next_step_without_a_day_says_so(desk, sale, salesperson):
    Sale.objects.update(next_step="Call", next_step_on=None)
    SaleFactory(owner=salesperson, next_step="Mail", next_step_on=today() + timedelta(days=9))
    page = desk.get(sale.get_absolute_url()).content.decode()
    step = page.partition('id="next-step-title"')[2].partition("</section>")[0]

    assert re.findall(r'<span class="badge" data-tone="(\w+)">([^<]*)</span>', step) == [("neutral", "no day yet")]
    for kind in ("planned", "undated"):  # it is planned, on no day
        assert sale in Sale.objects.with_next_step(kind, today=today())
    assert desk.get("/sales/?status=open&next=undated").context["totals"]["count"] == 1
    assert ">no day yet</span>" in desk.get("/sales/board/").content.decode()
