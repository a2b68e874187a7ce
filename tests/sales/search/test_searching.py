"""The one search: what it finds, in which order, for whom, and that it stays on its indexes."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from relations.models import Contact, Relation
from sales.demo.generating import generate
from sales.models import Sale
from sales.search.query import SearchQuery
from sales.search.results import find
from salescrm.models import Team
from tests.factories import ContactFactory, InvoiceFactory, PersonFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.many import settle
from tests.sales.search.finding import named, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def van_dam(company):
    return named(
        RelationFactory(name="Van Dam Logistics"), number="R0012", coc_number="12345678", city="Rotterdam",
        vat_number="NL123456782B90", email="post@vandam.example", phone="010 123 45 67",
    )  # fmt: skip


@pytest.fixture
def buyer(van_dam):
    person = named(PersonFactory(), first_name="José", prefix="de", family_name="Vries")
    return ContactFactory(
        organization=van_dam, person=person, function="Inkoper", email="jose@vandam.example", phone="06-1234 5678"
    )


@pytest.fixture
def records(van_dam, buyer, salesperson):
    return {
        "sale": SaleFactory(pk=900_001, subject="Café-restaurant/roof", customer=van_dam, owner=salesperson,
            external_reference="OPP-77"),  # a number of its own: counted on, it might be that of another record here
        "project": ProjectFactory(name="Harbour façade", number="P26-0012", customer=van_dam, manager=salesperson),
        "invoice": InvoiceFactory(subject="Stones", customer=van_dam, owner=salesperson, reference="PO.551"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["van dam", "logis van", "VAN DÀM", "dam", "  dam   van "])
def test_a_customer_is_found_with_everything_that_is_theirs(records, manager, text):
    assert titles(text, manager) == {
        "sale": ["Café-restaurant/roof"], "relation": ["Van Dam Logistics"], "project": ["Harbour façade"],
        "invoice": ["Stones"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("R0012", "relation"), ("r0012", "relation"), ("12345678", "relation"), ("1234 56 78", "relation"),
        ("NL1234.56.782.B90", "relation"), ("post@vandam.example", "relation"), ("POST@VanDam.example", "relation"),
        ("jose@vandam.example", "contact"), ("0612345678", "contact"), ("06 1234 56 78", "contact"),
        ("jose vries", "contact"), ("vries, josé", "contact"), ("inkop", "contact"),
        ("cafe", "sale"), ("CAFÉ", "sale"), ("roof", "sale"), ("OPP-77", "sale"), ("opp 77", "sale"),
        ("P26-0012", "project"), ("p26 0012", "project"), ("facade", "project"), ("PO.551", "invoice"),
        ("stones", "invoice"), ("010-1234567", "relation"), ("rotterd", "relation"),
    ],
)  # fmt: skip
def test_everything_is_found_by_what_it_is_known_by(records, manager, text, kind):
    assert kind in {group.kind for group in find(text, manager)}


def test_a_sale_is_found_by_its_own_number(records, manager):
    sale = records["sale"]
    for text in (f"#{sale.pk}", str(sale.pk)):
        assert find(text, manager)[0].hits[0].url == sale.get_absolute_url()
    assert f"#{sale.pk}" in find(f"#{sale.pk}", manager)[0].hits[0].note


@pytest.mark.parametrize("text", ["", " ", "!", "\x00", "#", "' OR 1=1 --", ":*", "a & b | c", "\\", "%", "x" * 5000])
def test_any_text_is_answered(records, manager, text):
    assert isinstance(find(text, manager), list)


def test_exact_numbers_come_first_then_beginnings_then_words(company, manager):
    for name in ("Old Acme", "Acme Zuid", "Acme Noord"):
        named(RelationFactory(name=name))
    named(RelationFactory(name="Zwart"), number="ACME")
    assert titles("acme", manager)["relation"] == ["Zwart", "Acme Noord", "Acme Zuid", "Old Acme"]


def test_open_sales_come_before_closed_ones_and_new_before_old(company, manager, phases):
    for subject in ("Roof one", "Roof two", "Roof three"):
        SaleFactory(subject=subject)
    Sale.objects.filter(subject="Roof three").update(status="lost", closed_on="2026-01-01")
    assert titles("roof", manager)["sale"] == ["Roof two", "Roof one", "Roof three"]


def test_no_more_than_asked_for_of_each_kind(company, manager):
    for number in range(8):
        SaleFactory(subject=f"Roof {number}")
    assert len(titles("roof", manager)["sale"]) == 5
    assert len(titles("roof", manager, limit=20)["sale"]) == 8


def test_a_relation_that_was_merged_is_found_through_the_one_it_became(van_dam, manager):
    gone = named(RelationFactory(name="Van Dam Old"), number="R0009")
    Relation.objects.filter(pk=gone.pk).update(merged_into=van_dam, is_active=False)
    van_dam.former_numbers = "R0009"
    named(van_dam)
    assert titles("van dam old", manager) == {}
    assert titles("R0009", manager)["relation"] == ["Van Dam Logistics"]


def test_a_deactivated_relation_is_found_last_and_says_so(company, manager):
    named(RelationFactory(name="Acme A", is_active=False)), named(RelationFactory(name="Acme B"))
    hits = find("acme", manager)[0].hits
    assert [(hit.title, hit.badge) for hit in hits][1] == ("Acme A", "Deactivated")


@pytest.mark.parametrize(
    ("visible", "seen"), [("all", {"Own", "Mate", "Other"}), ("team", {"Own", "Mate"}), ("own", {"Own"})]
)
@pytest.mark.parametrize("text", ["roof", "van dam", "o", "#"])
def test_only_visible_sales_are_found(van_dam, salesperson, colleague, manager, switch, visible, seen, text):
    Team.objects.create(name="North").members.add(salesperson, colleague)
    switch(sales_visible=visible)
    sales = {
        name: SaleFactory(subject=f"Roof {name}", owner=owner, customer=van_dam)
        for name, owner in (("Own", salesperson), ("Mate", colleague), ("Other", manager))
    }
    if text == "#":
        # Whatever id a sale has: the number may begin a phone number of the customer too, which finds the others.
        hits = {name: titles(f"#{sale.pk}", salesperson).get("sale", []) for name, sale in sales.items()}
        subjects = {name for name in sales if f"Roof {name}" in hits[name]}
    else:
        subjects = {title.removeprefix("Roof ") for title in titles(text, salesperson).get("sale", [])}
    assert subjects == (seen if text != "o" else subjects & seen)
    assert len(titles("roof", manager)["sale"]) == 3


def test_the_trash_is_never_searched(records, manager):
    Sale.objects.update(trashed=True)
    assert "sale" not in titles("cafe", manager) | titles("van dam", manager) | titles(
        f"#{records['sale'].pk}", manager
    )


def test_without_a_right_a_kind_is_not_searched(records, manager):
    manager.groups.clear()
    assert find("van dam", type(manager).objects.get(pk=manager.pk)) == []


def test_the_page_lists_groups_with_links_to_their_whole_lists(records, manager, as_user, reads_only):
    browser = as_user(manager)
    with reads_only():
        page = browser.get(reverse("search"), {"q": "van dam"})
    groups = {group.kind: group.url for group in page.context["groups"]}
    assert groups["sale"] == "/sales/?q=van+dam"
    for url in groups.values():
        answer = browser.get(url)
        assert answer.status_code == 200
        assert "Van Dam Logistics" in answer.content.decode()


def test_suggestions_are_a_part_of_the_page_and_lead_to_it(records, manager, as_user):
    answer = as_user(manager).get(reverse("search-suggest"), {"q": "van dam"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert 'href="/search/?q=van%20dam"' in text
    assert "4 results" in text


@pytest.mark.parametrize("query", ["page=2", "q=a&limit=1000"])
def test_another_word_is_refused(manager, as_user, query):
    assert as_user(manager).get(f"/search/?{query}").status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_takes_a_statement_per_kind(company, manager, as_user, rows, django_assert_num_queries):
    for number in range(rows):
        customer = named(RelationFactory(name=f"Acme {number}"))
        SaleFactory(subject="Acme roof", customer=customer), ContactFactory(organization=customer, email="a@acme.nl")
        ProjectFactory(customer=customer), InvoiceFactory(customer=customer)
    browser = as_user(manager)
    with django_assert_num_queries(8):  # session, user with permissions; five kinds, sales with the switch; notes
        assert browser.get(reverse("search"), {"q": "acme"}).context["count"] >= rows * 5


def test_numbers_are_tried_without_what_people_write_between(company):
    assert SearchQuery("NL 1234.56.782 B90").compact == "NL123456782B90"
    ids = [SearchQuery(text).id for text in ("#12", "12", "12a", "9" * 40)]
    assert ids == [12, 12, None, None]


@pytest.fixture
def many(company):
    generate(sales=20_000, seed=5)
    settle("sales_sale", "relations_relation")


def test_no_search_reads_a_whole_table(many, manager):
    plans = []

    def explain(execute, sql, params, many_, context):
        if " UNION ALL " in sql:  # the kinds, and the relations that hold a word
            with connection.cursor() as cursor:
                cursor.cursor.execute("EXPLAIN (ANALYZE, FORMAT TEXT) " + sql, params)
                plans.append("\n".join(row[0] for row in cursor.cursor.fetchall()))
        return execute(sql, params, many_, context)

    for text in ("company", "sale", "s", "1", "company 17", "zzzz", "renewal", "sale 19999", "company renewal",
                 "jansen pilot", "company 17 audit"):  # fmt: skip
        with connection.execute_wrapper(explain):
            find(text, manager)
    wide = [
        line.strip()
        for plan in plans
        for line in plan.splitlines()
        if (removed := re.search(r"Rows Removed by Filter: (\d+)", line))
        and int(removed[1]) > 4000  # of 20 000 sales, 4 000 relations
    ]
    assert wide == []
    assert any("sale_search" in plan for plan in plans)
    assert any("sale_recent" in plan for plan in plans)


def test_every_contact_field_is_searched_by_its_index(company):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # on a table as good as empty every way is as quick
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = Contact.objects.alias(words=Contact.WORDS).filter(words=SearchQuery("jose").words).order_by().explain()
    assert "contact_words" in plan
