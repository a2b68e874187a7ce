"""Words of which some stand in a record and others in its customer, and numbers as people type them: box and lists."""

import random

import pytest
from django.urls import reverse

from invoicing.models import Invoice
from projects.models import Project
from relations.models import Relation
from relations.naming import apply_names, words
from sales.models import Sale
from sales.search.query import EXACT, FEW, NEAR
from sales.search.results import find
from salescrm.calendar import today
from tests.factories import ContactFactory, InvoiceFactory, PersonFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.sales.search.finding import named, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(company):
    return named(RelationFactory(name="Acme B.V."), number="R7", city="Ede", email="info@acme.example")


@pytest.fixture
def records(acme, manager):
    other = named(RelationFactory(name="Bolt"))
    person = named(PersonFactory(), first_name="Piet", prefix="", family_name="Jansen")
    for customer in (acme, other):
        SaleFactory(subject="Website shop", customer=customer, external_reference=f"OPP-{customer.pk}")
        ProjectFactory(name="Website build", number=f"P-{customer.pk}", customer=customer, manager=manager)
        InvoiceFactory(subject="Website deposit", customer=customer)
    ContactFactory(organization=acme, person=person, function="buyer", email="p.jansen@work.example")
    ContactFactory(organization=other, person=named(PersonFactory(), first_name="Kim", prefix="", family_name="Vos"))
    SaleFactory(subject="Roof", customer=acme)
    return acme


@pytest.mark.parametrize(
    "text",
    ["acme website", "website acme", "webs ac", "Wébsite ÁCME", "shop acme website", "r7 sho", "ede website b"],
)
def test_words_may_stand_in_a_sale_and_in_its_customer(records, manager, text):
    assert titles(text, manager)["sale"] == ["Website shop"]
    assert Sale.objects.search(text).get().customer == records


@pytest.mark.parametrize("text", ["acme website nothing", "bolt roof", "acme zz", "website website website roof"])
def test_every_word_has_to_stand_somewhere(records, manager, text):
    assert titles(text, manager) == {}
    assert not Sale.objects.search(text).exists()
    assert not Project.objects.search(text).exists()


def test_single_letters_are_looked_for_in_the_latest_sales(records, manager):
    assert titles("a w", manager)["sale"] == ["Website shop"]
    assert titles("r b a", manager)["sale"] == ["Roof"]


def test_projects_and_invoices_are_found_with_their_customer(records, manager, as_user):
    assert titles("build acme", manager) == {"project": ["Website build"]}
    assert titles("acme deposit", manager) == {"invoice": ["Website deposit"]}
    assert Project.objects.search("acme build").get().customer == records
    assert Invoice.objects.search("acme website deposit").get().customer == records
    for name in ("projects:list", "invoicing:list", "sales:list"):
        text = as_user(manager).get(reverse(name), {"q": "acme website"}).content.decode()
        assert "Acme B.V." in text
        assert "Bolt" not in text


@pytest.mark.parametrize(
    "text", ["jansen acme", "acme piet", "buyer acme", "piet jansen acme", "acme ede jansen buyer"]
)
def test_a_contact_is_found_with_its_organization(records, manager, text):
    assert titles(text, manager) == {"contact": ["Piet Jansen"]}


def test_the_organization_alone_does_not_bring_its_contacts(records, manager):
    assert "contact" not in titles("acme ede", manager)


def test_only_visible_sales_are_found_by_several_words(records, salesperson, manager, switch):
    switch(sales_visible="own")
    assert "sale" not in titles("acme website", salesperson)
    SaleFactory(subject="Website mine", customer=records, owner=salesperson)
    assert titles("acme website", salesperson)["sale"] == ["Website mine"]


def test_sales_in_the_trash_are_not_found_by_several_words(records, manager):
    Sale.objects.update(trashed=True)
    assert "sale" not in titles("acme website", manager)


@pytest.mark.parametrize("rows", [1, 3])
def test_several_words_take_one_statement_more(company, manager, rows, as_user, django_assert_num_queries):
    for number in range(rows):
        customer = named(RelationFactory(name=f"Acme {number}"))
        SaleFactory(subject="Roof", customer=customer), ProjectFactory(name="Roof", customer=customer)
    browser = as_user(manager)
    with django_assert_num_queries(9):
        assert browser.get(reverse("search"), {"q": "acme roof"}).context["count"] == rows * 2


VOCABULARY = ["acme", "acme1", "bolt", "roof", "rood", "web", "website", "12", "123", "a", "b", "audit"]


def test_box_and_list_find_what_holds_every_word(company, manager):
    chance = random.Random(4)
    customers = [named(RelationFactory(name=" ".join(chance.choices(VOCABULARY, k=2)))) for _ in range(12)]
    sales = [SaleFactory(subject=" ".join(chance.choices(VOCABULARY, k=2)), customer=chance.choice(customers))
             for _ in range(40)]  # fmt: skip
    held = {sale.pk: words(f"{sale.subject} {sale.customer.name}") for sale in sales}
    for _ in range(60):
        typed = [word[: chance.randint(1, 7)] for word in chance.choices(VOCABULARY, k=chance.randint(1, 5))]
        text = " ".join(typed)
        if any(c.isdigit() for c in text):
            continue  # a number may also be found as one word
        fit = {pk for pk, held_ in held.items() if all(any(h.startswith(w) for h in held_) for w in typed)}
        assert set(Sale.objects.search(text).values_list("pk", flat=True)) == fit, text
        hits = [hit.pk for group in find(text, manager, limit=40) if group.kind == "sale" for hit in group.hits]
        assert set(hits) <= fit, text
        if len(text) > 1 and len(fit) < 20:
            assert set(hits) == fit, text


@pytest.fixture
def numbers(company, manager):
    year = today().year
    relation = named(RelationFactory(name="Zwart"), number="0012", coc_number="12345678", vat_number="NL123456782B90")
    project = ProjectFactory(name="Harbour", number=f"P{year}-0012", customer=relation, manager=manager)
    invoice = InvoiceFactory(subject="Stones", customer=relation)
    fixed = {"status": "issued", "number": f"{year}-0012", "issued_on": today(), "document": {}}
    Invoice.objects.filter(pk=invoice.pk).update(**fixed)
    for number in range(3):  # more that begin like it
        ProjectFactory(name=f"12{number} roofs", number=f"P{year}-012{number}", manager=manager)
        named(RelationFactory(name=f"12{number} B.V."), number=f"012{number}")
    return {"relation": relation, "project": project, "invoice": invoice}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("12", ["relation", "project", "invoice"]), ("0012", ["relation", "project", "invoice"]), ("p12", ["project"]),
        ("P-0012", ["project"]), ("p 0012", ["project"]), ("{year}-0012", ["project", "invoice"]),
        ("P {year} 12", ["project"]), ("{year}0012", ["project", "invoice"]), ("1234 56 78", ["relation"]),
        ("12.34.56.78", ["relation"]), ("123456782B90", ["relation"]), ("nl 1234.56.782 b90", ["relation"]),
    ],
)  # fmt: skip
def test_a_number_finds_its_record_first(numbers, manager, text, kinds):
    groups = {group.kind: group for group in find(text.format(year=today().year), manager)}
    assert {kind: groups[kind].hits[0].pk for kind in kinds} == {kind: numbers[kind].pk for kind in kinds}
    assert all(groups[kind].rank == EXACT for kind in kinds)


def test_a_group_with_an_exact_number_stands_first(numbers, manager):
    SaleFactory(subject="p12 harbour")
    assert [group.kind for group in find("p12", manager)] == ["project", "sale"]


def test_lists_know_numbers_too(numbers, manager):
    assert Project.objects.search("p12").get() == numbers["project"]
    assert Relation.objects.search("12").contains(numbers["relation"])
    assert Invoice.objects.search(f"{today().year} 12").get() == numbers["invoice"]
    sale = SaleFactory(subject="Roof")
    for text in (f"#{sale.pk}", f" {sale.pk} "):
        assert Sale.objects.search(text).contains(sale)


def test_a_common_word_beside_a_rare_one(company, manager, many_customers):
    """The common word stands in more customers than are looked at one by one, the rare one in a sale of the last."""
    assert NEAR > FEW
    last = Relation.objects.order_by("pk").last()
    (
        SaleFactory(subject="Lighthouse", customer=last),
        SaleFactory(subject="Mill", customer=RelationFactory(name="Alone")),
    )
    person = named(PersonFactory(), first_name="Anna", prefix="", family_name="Keeper")
    ContactFactory(organization=last, person=person)
    assert titles("common lighthouse", manager) == {"sale": ["Lighthouse"]}
    assert titles("common mill", manager) == {}
    assert titles("keeper common", manager)["contact"] == ["Anna Keeper"]


@pytest.fixture
def many_customers(company):
    kind = RelationFactory().relation_type
    rows = [Relation(name=f"Common {n}", relation_type=kind) for n in range(NEAR + 5)]
    for row in rows:
        apply_names(row)
    Relation.objects.bulk_create(rows)
