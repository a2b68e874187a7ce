"""What was opened lately: newest first, eight at most, for one user of a browser, and without writing anything."""

import pytest
from django.urls import reverse

from salescrm import recent
from tests.factories import InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory

pytestmark = pytest.mark.django_db


def titles(browser) -> list[str]:
    return [hit.title for hit in browser.get(reverse("search")).context["recent"]]


@pytest.fixture
def records(salesperson):
    customer = RelationFactory(name="Van Dam")
    return [
        SaleFactory(owner=salesperson, subject="Roof", customer=customer),
        customer,
        ProjectFactory(name="Harbour", customer=customer, manager=salesperson),
        InvoiceFactory(subject="Stones", customer=customer, owner=salesperson),
    ]


@pytest.fixture
def browser(as_user, salesperson):
    return as_user(salesperson)


def test_pages_of_records_are_remembered_newest_first_and_once(browser, records, reads_only):
    for record in [*records, records[0]]:
        with reads_only():
            assert browser.get(record.get_absolute_url()).status_code == 200
    with reads_only():
        assert titles(browser) == ["Roof", "Stones", "Harbour", "Van Dam"]


def test_eight_are_kept(browser, salesperson):
    sales = SaleFactory.create_batch(10, owner=salesperson)
    for sale in sales:
        browser.get(sale.get_absolute_url())
    assert titles(browser) == [sale.subject for sale in sales[:1:-1]]


def test_the_cookie_is_signed_and_out_of_reach_of_scripts(browser, records):
    browser.get(records[0].get_absolute_url())
    cookie = browser.cookies[recent.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert "Roof" not in cookie.value
    browser.cookies[recent.COOKIE] = cookie.value.replace("sale", "invoice", 1)
    assert titles(browser) == []
    browser.cookies[recent.COOKIE] = "rubbish"
    assert titles(browser) == []


def test_what_is_gone_or_out_of_sight_is_missing(browser, records, switch, manager):
    sale, customer, project, _invoice = records
    for record in (project, customer, sale):
        browser.get(record.get_absolute_url())
    project.delete()
    sale.owner = manager
    sale.save()
    switch(sales_visible="own")
    assert titles(browser) == ["Van Dam"]


def test_a_page_that_was_refused_is_not_remembered(browser, manager, switch):
    switch(sales_visible="own")
    sale = SaleFactory(owner=manager)
    assert browser.get(sale.get_absolute_url()).status_code == 404
    assert recent.COOKIE not in browser.cookies


def test_logging_out_forgets(browser, records):
    browser.get(records[0].get_absolute_url())
    browser.post(reverse("logout"))
    assert browser.cookies[recent.COOKIE].value == ""


def test_the_next_user_of_the_browser_sees_nothing_of_it(browser, records, manager):
    browser.get(records[0].get_absolute_url())
    browser.force_login(manager, backend="salescrm.accounts.backends.RoleBackend")
    assert titles(browser) == []
    browser.get(records[1].get_absolute_url())
    assert titles(browser) == ["Van Dam"]


@pytest.mark.parametrize("times", [1, 3])
def test_looking_them_up_costs_one_statement_per_kind(browser, records, salesperson, times, django_assert_num_queries):
    for _time in range(times):
        customer = RelationFactory()
        for record in (
            SaleFactory(owner=salesperson, customer=customer), customer,
            ProjectFactory(customer=customer, manager=salesperson),
        ):  # fmt: skip
            browser.get(record.get_absolute_url())
    with django_assert_num_queries(5):  # session, user with permissions; sales, relations, projects
        browser.get(reverse("search"))
