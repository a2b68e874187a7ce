"""Handing over what a leaver owns: sales, relations, projects and drafts, all of it or nothing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from invoicing.models import Invoice, InvoiceEvent
from projects.models import Project
from relations.models import Relation
from sales.models import Sale, SaleEvent
from salescrm.accounts.handing_over import Possessions, hand_over, kinds, possessions
from tests.factories import InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory

EVERYTHING = Possessions(sales=2, relations=2, projects=1, drafts=1)
CLOSED = {"status": "lost", "closed_on": date(2026, 3, 5)}


@pytest.fixture
def desk(as_user, administrator):
    return as_user(administrator)


@pytest.fixture
def leaver(colleague):
    """Two open sales, two relations, a project and a draft; and what stays with who left."""
    customer = RelationFactory(owner=colleague)
    RelationFactory(owner=colleague, is_active=False)
    RelationFactory(owner=colleague, is_active=False, merged_into=customer)
    SaleFactory.create_batch(2, owner=colleague, customer=customer)
    SaleFactory(owner=colleague, customer=customer, **CLOSED)
    SaleFactory(owner=colleague, customer=customer, trashed=True)
    ProjectFactory(manager=colleague, customer=customer)
    ProjectFactory(manager=colleague, customer=customer, status="closed")
    InvoiceFactory(owner=colleague, customer=customer)
    InvoiceFactory(
        owner=colleague, customer=customer, status="issued", number="1", issued_on=date(2026, 3, 5), document={}
    )
    return colleague


def test_all_of_it_goes_to_one_colleague_and_is_remembered(leaver, salesperson, administrator):
    assert possessions(leaver) == EVERYTHING
    assert hand_over(leaver, to=salesperson, basis="2-2-1-1", by=administrator) == Possessions(
        sales=2, relations=2, projects=1, drafts=1
    )
    assert (possessions(leaver), possessions(salesperson)) == (
        Possessions(),
        EVERYTHING,
    )
    for rows in (
        Sale.objects.filter(owner=salesperson), Relation.objects.filter(owner=salesperson),
        Project.objects.filter(manager=salesperson), Invoice.objects.filter(owner=salesperson),
    ):  # fmt: skip
        assert {(row.version, row.updated_by) for row in rows} == {(2, administrator)}
    events = SaleEvent.objects.filter(kind="changed")
    assert [(event.owner, event.by, event.sale_version) for event in events] == [(salesperson, administrator, 2)] * 2
    event = InvoiceEvent.objects.values_list("kind", "by", "detail", "invoice_version").get()
    assert event == ("edited", administrator.pk, "→ Sanne de Wit", 2)


def test_what_is_closed_issued_or_in_the_trash_stays(leaver, salesperson, administrator):
    hand_over(leaver, to=salesperson, basis="2-2-1-1", by=administrator)
    assert Sale.objects.filter(owner=leaver).count() == 2
    assert Project.objects.get(manager=leaver).status == "closed"
    assert Invoice.objects.get(owner=leaver).status == "issued"
    assert Relation.objects.filter(owner=leaver).exclude(merged_into=None).count() == 1


def test_twice_is_once(leaver, salesperson, administrator):
    hand_over(leaver, to=salesperson, basis="2-2-1-1", by=administrator)
    assert hand_over(leaver, to=salesperson, basis="2-2-1-1", by=administrator) == Possessions()
    assert {sale.version for sale in Sale.objects.filter(owner=salesperson)} == {2}


def test_something_else_than_was_shown_is_not_handed_over(leaver, salesperson, administrator):
    with pytest.raises(ValidationError, match="Something changed"):
        hand_over(leaver, to=salesperson, basis="1-2-1-1", by=administrator)
    assert (possessions(leaver).total(), InvoiceEvent.objects.count()) == (6, 0)


def test_nobody_who_left_and_not_the_leaver_takes_over(leaver, salesperson, administrator):
    salesperson.is_active = False
    for to in (salesperson, leaver):
        with pytest.raises(ValidationError):
            hand_over(leaver, to=to, basis="2-2-1-1", by=administrator)


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow(colleague, salesperson, administrator, count, django_assert_num_queries):
    customer = RelationFactory()
    RelationFactory.create_batch(count, owner=colleague)
    SaleFactory.create_batch(count, owner=colleague, customer=customer)
    ProjectFactory.create_batch(count, manager=colleague, customer=customer)
    InvoiceFactory.create_batch(count, owner=colleague, customer=customer)
    basis = f"{count}-{count}-{count}-{count}"
    with django_assert_num_queries(13):  # one of them holds who gets it
        hand_over(colleague, to=salesperson, basis=basis, by=administrator)


def test_page_shows_how_much_and_hands_it_over(desk, leaver, salesperson, reads_only):
    address = f"/settings/users/{leaver.pk}/hand-over/"
    with reads_only():
        page = desk.get(address).content.decode()
    words = " ".join(page.split())
    for line in ("2 open sales", "2 relations", "1 active project", "1 draft invoice"):
        assert line in words
    for link in (f"/sales/?status=open&amp;owner={leaver.pk}", f"/invoices/?status=draft&amp;owner={leaver.pk}"):
        assert link in page
        assert desk.get(link.replace("&amp;", "&")).status_code == 200
    assert desk.post(address, {"basis": "2-2-1-1", "to": ""}).status_code == 422
    assert desk.post(address, {"basis": "2-2-1-1", "to": leaver.pk}).status_code == 422
    stale = desk.post(address, {"basis": "9-2-1-1", "to": salesperson.pk})
    assert (stale.status_code, 'value="2-2-1-1"' in stale.content.decode()) == (409, True)
    assert desk.post(address, {"basis": "2-2-1-1", "to": salesperson.pk})["Location"] == "/settings/users/"
    assert desk.post(address, {"basis": "2-2-1-1", "to": salesperson.pk}).status_code == 302
    assert "holds nothing" in desk.get(address).content.decode()


def test_nobody_is_said_to_have_taken_over_what_was_gone(desk, leaver, salesperson, manager):
    address = f"/settings/users/{leaver.pk}/hand-over/"
    first = desk.post(address, {"basis": "2-2-1-1", "to": salesperson.pk}, follow=True).content.decode()
    second = desk.post(address, {"basis": "2-2-1-1", "to": manager.pk}, follow=True).content.decode()
    sentences = [f"{salesperson} has taken over", f"{manager} has taken over", f"{leaver} holds nothing"]
    assert [text in page for page in (first, second) for text in sentences] == [True, False, False, False, False, True]


def test_users_page_and_deactivating_lead_to_it(desk, leaver, administrator):
    address = f"/settings/users/{leaver.pk}/hand-over/"
    assert desk.get("/settings/users/").content.decode().count("/hand-over/") == 1
    page = desk.get(f"/settings/users/{leaver.pk}/access/").content.decode()
    assert (address in page, "1 draft invoice" in " ".join(page.split())) == (True, True)
    assert "/hand-over/" not in desk.get(f"/settings/users/{administrator.pk}/access/").content.decode()


def test_users_page_counts_the_kind_that_stands_first_under_its_own_name(desk, leaver, settings):
    settings.POSSESSIONS = settings.POSSESSIONS[::-1]
    kinds.cache_clear()
    try:
        page = desk.get("/settings/users/").text
    finally:
        kinds.cache_clear()
    link = f'<a href="/invoices/?status=draft&amp;owner={leaver.pk}">1</a>'
    assert ('<th class="n">Draft invoices</th>' in page, link in page) == (True, True)


@pytest.mark.parametrize(
    "address",
    [
        "/sales/?status=open", "/sales/board/", "/sales/filters/", "/sales/day/", "/reports/kpis/", "/reports/sources/",
        "/reports/won-lost/", "/invoices/", "/projects/", "/relations/",
    ],
)  # fmt: skip
def test_who_left_stays_in_every_owner_filter_and_is_marked(desk, leaver, colleague, address):
    colleague.is_active = False
    colleague.save()
    assert "Bram Bakker (no longer active)" in desk.get(address).content.decode()


def test_who_left_is_marked_in_the_forecast(desk, leaver, colleague, django_assert_num_queries):
    colleague.is_active = False
    colleague.save()
    assert "Bram Bakker (no longer active)" in desk.get("/reports/forecast/?rows=owner").content.decode()


@pytest.mark.parametrize("address", ["/sales/", "/sales/board/", "/sales/day/"])
def test_who_left_and_owns_nothing_open_is_gone_from_the_desk(desk, colleague, address):
    SaleFactory(owner=colleague, **CLOSED)
    colleague.is_active = False
    colleague.save()
    assert "Bram Bakker (no longer active)" not in desk.get(address).content.decode()


def test_day_of_who_left_can_be_looked_at(desk, leaver, colleague):
    colleague.is_active = False
    colleague.save()
    groups = {group.key: group.count for group in desk.get(f"/sales/day/?owner={leaver.pk}").context["groups"]}
    assert groups["none"] == 2
