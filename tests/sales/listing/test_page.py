"""The page of the list: columns, heads, chips, the filter form, selecting; what it costs."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from sales.listing.columns import (
    CHOICE,
    COLUMNS,
    STANDARD,
    read,
)
from sales.listing.rows import Cells
from sales.models import AcceptReason, LossReason, Phase, Sale, Source
from sales.transitions import lose
from salescrm.calendar import today
from salescrm.models import Team, User
from tests.factories import ContactFactory, RelationFactory, SaleFactory, UserFactory
from tests.moments import days_ago

HTMX = {"HX-Request": "true"}
EVERYTHING = "columns=" + ",".join(CHOICE)


def text(response):
    return response.content.decode()


def heads(response):
    """The keys of the shown columns, in their order."""
    return tuple(head.key for head in response.context["heads"])[2:]


def words(response):
    """The words of the address an answer leads to."""
    address = response.headers.get("Location") or response.headers["HX-Redirect"]
    path, _mark, query = address.partition("?")
    assert path == "/sales/"
    return dict(QueryDict(query).lists())


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize(("count", "rows"), [(1, 1), (3, 3), (60, 50)])
@pytest.mark.parametrize(("query", "statements"), [("status=open", 7), (EVERYTHING, 7)])
def test_list_takes_as_many_statements_for_few_sales_as_for_many(
    desk, salesperson, count, rows, query, statements, headers, django_assert_num_queries
):
    contact = ContactFactory()
    SaleFactory.create_batch(
        count, owner=salesperson, contact=contact, customer=contact.organization, source=Source.objects.first()
    )
    desk.get("/sales/")
    with django_assert_num_queries(statements):
        response = desk.get(f"/sales/?{query}", headers=headers)
    assert text(response).count('name="sale"') == rows
    assert response.context["totals"]["revenue"] == count * 1000
    assert "HX-Request" in response["Vary"]
    assert ("<html" in text(response)) == (not headers)


def test_filter_that_names_many_records_costs_one_statement_more(desk, sale, django_assert_num_queries):
    Team.objects.create(name="North").members.add(sale.owner)
    named = f"phase={sale.phase_id}&owner={sale.owner_id}&team={Team.objects.get().pk}&source=1&source=none"
    desk.get("/sales/")
    with django_assert_num_queries(8):
        response = desk.get(f"/sales/?{named}&customer={sale.customer_id}&customer_not=5")
    assert len(response.context["rows"]) == 1
    assert len(response.context["chips"]) == 6


def test_totals_count_the_whole_filter_and_pages_hold_fifty(desk, salesperson):
    SaleFactory.create_batch(55, owner=salesperson, expected_revenue=Decimal("100.50"))
    response = desk.get("/sales/?page=2")
    assert len(response.context["rows"]) == 5
    assert response.context["totals"] == {
        "count": 55, "revenue": Decimal("5527.50"), "weighted": Decimal("552.75"), "unknown": 0, "closed": 0,
    }  # fmt: skip
    assert response.context["rows"].number == desk.get("/sales/?page=999").context["rows"].number == 2


@pytest.mark.parametrize(
    ("query", "totals", "label"),
    [
        ("", (6, "6600.00", "900.00", 3), "Weighted, open sales only"),
        ("?status=open", (3, "3400.00", "900.00", 0), "Weighted revenue"),
        ("?status=open&status=accepted", (5, "5400.00", "900.00", 2), "Weighted, open sales only"),
        ("?status=accepted&status=lost", (3, "3200.00", "0.00", 3), "Weighted, open sales only"),
        ("?q=Bridge", (2, "2000.00", "400.00", 1), "Weighted, open sales only"),
        ("?q=nothing", (0, "0.00", "0.00", 0), "Weighted revenue"),
    ],
)
def test_weighted_total_counts_open_sales_and_says_so_beside_closed_ones(
    desk, salesperson, phases, query, totals, label
):
    worth = [
        ("Dam", 10, "1000", "open"), ("Quay", 25, "1600", "open"), ("Bridge old", 50, "800", "open"),
        ("Bridge new", 75, "1200", "lost"), ("Lock", 100, "1200", "accepted"), ("Pier", 50, "800", "accepted"),
    ]  # fmt: skip
    for subject, percent, revenue, status in worth:
        SaleFactory(
            subject=subject, owner=salesperson, phase=phases[percent], expected_revenue=Decimal(revenue), status=status,
            closed_on=None if status == "open" else today(), follow_up="none" if status == "accepted" else "",
        )  # fmt: skip
    response = desk.get(f"/sales/{query}")
    sums = response.context["totals"]
    assert (sums["count"], f"{sums['revenue']:.2f}", f"{sums['weighted']:.2f}", sums["closed"]) == totals
    assert f'<dt>{label}</dt><dd data-total="weighted"><data value="{totals[2]}">' in response.text


def test_standard_columns_follow_the_status(desk, sale):
    assert heads(desk.get("/sales/?status=open")) == heads(desk.get("/sales/")) == STANDARD
    for query in ("status=accepted", "status=lost&status=accepted"):
        assert heads(desk.get(f"/sales/?{query}")) == ("phase", "amount", "weighted", "closed", "reason", "owner")


def test_columns_of_the_address_come_before_those_of_the_browser(desk, sale):
    desk.cookies["sales-columns"] = "owner,days"
    assert heads(desk.get("/sales/")) == ("owner", "days")
    assert heads(desk.get("/sales/?columns=source,amount")) == ("source", "amount")


@pytest.mark.parametrize("rubbish", ["", "colour", "owner,colour", "<script>", "owner;days", "x" * 5000])
def test_rubbish_a_browser_remembers_is_ignored(desk, sale, rubbish):
    desk.cookies["sales-columns"] = rubbish
    assert heads(desk.get("/sales/")) == STANDARD


def test_every_shown_column_sorts_and_says_so(desk, sale):
    response = desk.get(f"/sales/?{EVERYTHING}&sort=-days")
    for key in (*CHOICE, "subject", "customer"):
        assert re.search(rf"[?;]sort=-?{key}[\"&]", text(response)), key
    assert text(response).count("aria-sort=") == 1
    assert [head.next for head in response.context["heads"] if head.direction] == ["days"]


def test_choice_of_columns_goes_into_the_address_and_the_browser(desk, sale):
    answers = {"query": "status=open&sort=-amount&columns=phase", "order": ["source", "amount", "phase"]}
    response = desk.post("/sales/columns/", answers | {"column": ["amount", "source"]})
    assert words(response) == {"status": ["open"], "sort": ["-amount"], "columns": ["source,amount"]}
    assert desk.cookies["sales-columns"].value == "source,amount"
    assert desk.cookies["sales-columns"]["max-age"] == 365 * 24 * 3600
    assert heads(desk.get("/sales/")) == ("source", "amount")
    response = desk.post("/sales/columns/", answers | {"standard": "1"}, headers=HTMX)
    assert words(response) == {"status": ["open"], "sort": ["-amount"]}
    assert heads(desk.get("/sales/")) == STANDARD


def test_choosing_the_standard_columns_by_hand_is_the_standard(desk, sale):
    response = desk.post("/sales/columns/", {"query": "", "order": STANDARD, "column": STANDARD})
    assert (response["Location"], desk.cookies["sales-columns"].value) == ("/sales/?", "")


def test_columns_move_up_and_down_before_they_are_chosen(desk):
    answers = {"query": "status=open", "order": ["phase", "amount", "owner"], "column": ["phase", "owner"]}
    response = desk.post("/sales/columns/", answers | {"up": "owner"})
    assert [(row.key, row.selected) for row in response.context["choice"]][:3] == [
        ("phase", True), ("owner", True), ("amount", False),
    ]  # fmt: skip
    assert desk.post("/sales/columns/", answers | {"up": "owner", "down": "owner"}).status_code == 200
    response = desk.post("/sales/columns/", answers | {"down": "phase"}, headers=HTMX)
    assert [row.key for row in response.context["choice"]][:3] == ["amount", "phase", "owner"]
    assert text(response).count("autofocus") == 1


def test_choosing_no_column_is_refused_and_an_unknown_one_is_nonsense(desk):
    response = desk.post("/sales/columns/", {"query": "", "order": ["phase"]})
    assert (response.status_code, "Choose at least one column." in text(response)) == (422, True)
    assert desk.post("/sales/columns/", {"column": ["subject"]}).status_code == 400
    assert desk.post("/sales/columns/", {"query": "colour=red", "column": ["phase"]}).status_code == 400


def test_names_people_typed_are_escaped_in_every_cell(desk, salesperson, phases):
    evil = '<b a="">&'
    Phase.objects.filter(pk=phases[10].pk).update(name=evil)
    Source.objects.filter(pk=Source.objects.first().pk).update(name=evil)
    User.objects.filter(pk=salesperson.pk).update(name=evil)
    customer = RelationFactory(name=evil, number=evil)
    SaleFactory(
        owner=salesperson, subject=evil, customer=customer, phase=phases[10], next_step=evil, external_reference=evil,
        source=Source.objects.first(), contact=ContactFactory(organization=customer, person=RelationFactory(name=evil)),
    )  # fmt: skip
    page = text(desk.get(f"/sales/?{EVERYTHING}&q=b"))
    assert evil not in page
    assert page.count("&lt;b a=&quot;&quot;&gt;&amp;") >= 9


def test_age_in_a_row_is_the_badge_of_the_template(salesperson, phases):
    Phase.objects.update(age_limit=10)
    for subject, days in (("in time", 10), ("late", 11), ("waiting", 30)):
        SaleFactory(
            owner=salesperson, subject=subject, phase=phases[50], phase_since=days_ago(days),
            next_step_on=today() + timedelta(days=1) if subject == "waiting" else None,
        )  # fmt: skip
    rows = read(Sale.objects.order_by("pk"), CHOICE)
    drawn = [Cells(("phase",), today=today(), selectable=False).phase(sale) for sale in rows]
    badges = [render_to_string("sales/_age_badge.html", {"sale": sale, "today": today(), "whole": ""}) for sale in rows]
    assert ["data-age" in cell for cell in drawn] == [False, True, False]
    assert all(badge.strip() in cell for badge, cell in zip(badges, drawn, strict=True))


def test_several_phases_or_owners_stay_when_one_searches(desk, sale, phases, colleague):
    gone = UserFactory(is_active=False)
    query = f"phase={phases[10].pk}&phase={phases[50].pk}&owner={gone.pk}"
    response = desk.get(f"/sales/?{query}")
    assert response.context["several"] == {"phase"}
    assert ("phase", str(phases[50].pk)) in response.context["carried"]
    assert f'<option value="{gone.pk}" selected>' in text(response)
    assert desk.get("/sales/?owner=none").context["several"] == {"owner"}


def test_status_links_leave_behind_what_no_such_sale_answers_to(desk, sale):
    response = desk.get("/sales/?status=lost&reason=1&lost_to=2&closed_from=2026-01-01&q=x&page=3&sort=-amount")
    links = {link.label: QueryDict(link.query[1:]).dict() for link in response.context["statuses"]}
    rest = {"q": "x", "sort": "-amount"}
    assert links["Open"] == {"status": "open", **rest}
    assert links["Accepted"] == {"status": "accepted", "closed_from": "2026-01-01", **rest}
    assert links["Lost"] == {"status": "lost", "reason": "1", "lost_to": "2", "closed_from": "2026-01-01", **rest}
    assert [link.label for link in response.context["statuses"] if link.current] == ["Lost"]


def test_every_filter_has_a_chip_in_words_that_removes_it(desk, sale):
    team = Team.objects.create(name="North")
    query = (
        f"status=open&status=lost&team={team.pk}&team=none&amount_from=1234.5&aged=1&by_hand=1&next=late&next=none&revenue=none"
        f"&created_from=2026-03-20&customer={sale.customer_id}&customer=999999&page=2"
    )
    chips = {chip.text: chip.query for chip in desk.get(f"/sales/?{query}").context["chips"]}
    assert set(chips) == {
        "Status: open, lost", "Team: North, none", "Revenue from € 1,234.50", "Too long in its phase",
        "Probability by hand", "Next step: late, none", "Expected revenue unknown",
        "Created from 20 Mar 2026", f"Customer: {sale.customer}, unknown",
    }  # fmt: skip
    rest = QueryDict(chips["Next step: late, none"][1:])
    assert "next" not in rest and "page" not in rest and rest["aged"] == "1"


def test_filter_form_reads_amounts_in_the_language_of_the_reader(desk, salesperson):
    User.objects.filter(pk=salesperson.pk).update(language="nl")
    response = desk.get("/sales/filters/?apply=1&status=open&q=&amount_from=1.234,56&amount_to=€ 2000")
    assert words(response) == {"status": ["open"], "amount_from": ["1234.56"], "amount_to": ["2000.00"]}
    assert 'value="1.234,56"' in text(desk.get("/sales/filters/?amount_from=1234.56"))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ("amount_from=1.2.3", "Enter an amount, for example 1,234.56."),
        ("amount_from=20&amount_to=10", "This is less than the amount it starts from."),
        ("accept_reason=1&loss_reason=1", "choose reasons of one of the two lists"),
        ("more_customer_text=Nobody+Ltd", "No relation found with this name."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_filter_form_refuses_beside_the_field_and_keeps_the_rest(desk, answers, error, headers):
    response = desk.get(f"/sales/filters/?apply=1&q=roof&overdue=1&{answers}", headers=headers)
    assert (response.status_code, error in text(response)) == (422, True)
    assert 'name="q" value="roof"' in text(response)
    assert 'name="overdue" value="1" checked' in text(response)
    assert "1.2.3" not in answers or 'value="1.2.3"' in text(response)
    assert "Nobody" not in answers or 'value="Nobody Ltd"' in text(response)


def test_filter_form_keeps_several_customers_and_adds_one(desk, sale):
    first, second = RelationFactory(name="First"), RelationFactory(name="Second")
    page = text(desk.get(f"/sales/filters/?customer={first.pk}&customer={second.pk}&lost_to={first.pk}"))
    assert page.count('name="customer" value=') == 2
    assert f'name="lost_to" value="{first.pk}" checked> <span>First</span>' in page
    answers = f"apply=1&customer={first.pk}&more_customer={sale.customer_id}&more_customer_text={sale.customer}"
    assert words(desk.get(f"/sales/filters/?{answers}"))["customer"] == [str(first.pk), str(sale.customer_id)]
    assert words(desk.get(f"/sales/filters/?apply=1&more_lost_to_text={first.name}")) == {"lost_to": [str(first.pk)]}


@pytest.mark.parametrize(("name", "status"), [("accept_reason", "accepted"), ("loss_reason", "lost")])
def test_a_reason_says_which_status_is_meant(desk, name, status):
    response = desk.get(f"/sales/filters/?apply=1&status=open&{name}=1&{name}=none")
    assert words(response) == {"status": [status], "reason": ["1", "none"]}
    page = text(desk.get(f"/sales/filters/?status={status}&reason=none"))
    assert re.findall(r'name="(\w+_reason)" value="none" checked', page) == [name]


def test_filter_form_sorts_and_carries_columns_and_view(desk):
    answers = "apply=1&sort_by=amount&falling=on&columns=phase,days&view=7"
    assert words(desk.get(f"/sales/filters/?{answers}")) == {
        "columns": ["phase,days"], "view": ["7"], "sort": ["-amount"],
    }  # fmt: skip
    assert words(desk.get("/sales/filters/?apply=1&sort_by=updated&falling=on")) == {}
    assert '<option value="end" selected>' in text(desk.get("/sales/filters/?sort=end"))


@pytest.mark.parametrize("query", ["colour=red", "apply=1&phase=x", "apply=1&accept_reason=x", "apply=1&columns=red"])
def test_filter_form_refuses_nonsense(desk, query):
    assert desk.get(f"/sales/filters/?{query}").status_code == 400


def test_teams_are_offered_where_there_are_any(desk):
    assert 'name="team"' not in text(desk.get("/sales/filters/"))
    Team.objects.create(name="North")
    assert text(desk.get("/sales/filters/?team=none")).count('name="team"') == 2


def test_rows_are_selected_by_who_may_change_them(desk, salesperson, sale, manager, as_user):
    page = text(desk.get("/sales/?status=open&page=1&sort=-amount"))
    assert f'name="sale" value="{sale.pk}" form="bulk" aria-label="Warehouse"' in page
    assert '<input type="hidden" name="query" value="status=open&amp;sort=-amount">' in page
    assert re.findall(r'name="action" value="(\w+)"', page) == ["move", "owner", "end", "step", "lose"]
    assert 'name="action" value="trash"' in text(as_user(manager).get("/sales/"))
    rights = ["move_sale", "change_sale", "lose_sale", "trash_sale"]
    salesperson.groups.first().permissions.filter(codename__in=rights).delete()
    page = text(desk.get("/sales/"))
    assert 'name="sale"' not in page and 'id="bulk"' not in page


def test_all_sales_of_the_filter_are_offered_when_they_are_more_than_the_page(desk, salesperson):
    SaleFactory.create_batch(50, owner=salesperson)
    assert 'name="all"' not in text(desk.get("/sales/"))
    SaleFactory(owner=salesperson)
    assert "All 51 sales of this filter" in text(desk.get("/sales/"))


def test_menu_offers_only_what_one_may(desk, salesperson, sale, manager, as_user):
    page = text(desk.get("/sales/?status=open"))
    assert 'href="?status=open&amp;format=csv"' in page
    assert "/sales/trash/" not in page and "/sales/imports/" not in page
    salesperson.groups.first().permissions.filter(codename="export_sale").delete()
    assert "format=csv" not in text(desk.get("/sales/?status=open"))
    page = text(as_user(manager).get("/sales/"))
    assert "/sales/trash/" in page and "/sales/imports/" in page


def test_closed_sales_show_when_why_and_to_whom(desk, salesperson, sale):
    rival = RelationFactory(name="Rival")
    lose(sale, reason=LossReason.objects.first(), lost_to=rival, version=1, by=salesperson)
    SaleFactory(
        subject="Won", owner=salesperson, status="accepted", follow_up="none", closed_on=today(),
        accept_reason=AcceptReason.objects.first(),
    )  # fmt: skip
    visible = ("status", "closed", "reason", "lost_to", "next", "days")
    page = text(desk.get(f"/sales/?columns={','.join(visible)}&sort=subject"))
    cells = [re.findall(r'data-column="\w+" data-label="[^"]*">(.*?)</td>', row) for row in page.split("<tr")]
    texts = [[re.sub("<[^>]+>", "", cell) for cell in row] for row in cells[2:]]
    day = re.sub("<[^>]+>", "", re.search(r"<time[^>]*>[^<]*", cells[2][1])[0])
    assert texts == [
        ["Lost", day, str(LossReason.objects.first()), "Rival", "", ""],
        ["Accepted", day, str(AcceptReason.objects.first()), "", "", ""],
    ]


def test_columns_read_what_they_show_and_no_more():
    for key, column in COLUMNS.items():
        sql = str(read(Sale.objects.all(), [key]).query)
        assert '"sales_sale"."note"' not in sql
        assert sql.count("JOIN") == len(
            {path for path in ("customer", *[f.rpartition("__")[0] for f in column.reads]) if path}
        ) + (key == "contact")
