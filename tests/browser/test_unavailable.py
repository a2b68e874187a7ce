"""The database goes away while somebody types: the text stays in the form, and is saved when it is back."""

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, connections
from playwright.sync_api import expect

from sales.models import SaleNote

TEXT = "They want the hall before the summer."


@contextmanager
def no_database():
    """Nobody gets to the database meanwhile."""
    place = connection.settings_dict
    connections.close_all()
    with psycopg.connect(host=place["HOST"], user=place["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{place["NAME"]}" ALLOW_CONNECTIONS false')
        try:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [place["NAME"]])
            yield
        finally:
            server.execute(f'ALTER DATABASE "{place["NAME"]}" ALLOW_CONNECTIONS true')


@pytest.fixture
def desk(browser, browser_context_args, log_in, salesperson):
    """A context that is not watched: htmx says in the console that it was answered 503."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(10_000)
    yield log_in(context, salesperson)
    context.close()


def test_note_stays_in_its_form_until_the_database_is_back(desk, sale):
    page = desk.new_page()
    page.goto(sale.get_absolute_url())
    text, send = page.locator("#note-form textarea"), page.locator("#note-form button[data-kind=primary]")
    text.fill(TEXT)
    with no_database():
        send.click()
        expect(page.get_by_role("alert")).to_contain_text("The database does not answer.")
        expect(text).to_have_value(TEXT)
    send.click()
    expect(page.locator(".timeline").first).to_contain_text(TEXT)
    assert [note.text for note in SaleNote.objects.all()] == [TEXT]


def test_page_says_so_and_tries_again(desk, sale):
    page = desk.new_page()
    with no_database():
        page.goto(sale.get_absolute_url())
        expect(page.get_by_role("heading", level=1)).to_have_text("Please try again in a moment")
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(sale.subject)
