"""The pages of imports take as many statements for many rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sales.imports import running
from tests.factories import RelationFactory
from tests.sales.imports.browser import Browser, csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(manager, as_user):
    RelationFactory(name="Van Dam")
    return Browser(as_user(manager))


def checked(visitor, rows):
    """An import of so many new sales, checked."""
    visitor.upload(csv(("Deal", "Klant", "Bedrag"), *((f"Kade {n}", "Van Dam", 1000 + n) for n in range(rows))))
    assert visitor.check() == [("create", "")] * rows


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_imports_takes_the_same_statements(visitor, count, django_assert_num_queries, reads_only):
    for rows in range(1, count + 1):
        checked(visitor, rows)
    with django_assert_num_queries(4), reads_only():
        assert len(visitor.client.get(reverse("sales:imports")).context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_preview_takes_the_same_statements(visitor, count, django_assert_num_queries, reads_only):
    checked(visitor, count)
    with django_assert_num_queries(8), reads_only():
        response = visitor.client.get(reverse("sales:import", args=[visitor.run.pk]))
    assert len(response.context["rows_with_changes"]) == count


def figures(visitor):
    """What the list of imports says of the last one: added, updated, refused."""
    run = visitor.client.get(reverse("sales:imports")).context["rows"][0]
    return [run.counts.get(what, 0) for what in ("create", "update", "refused")]


def test_list_of_imports_tells_every_stage_as_it_is(visitor, manager, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 2)
    visitor.upload(csv(("Deal", "Klant"), ("A", "Van Dam"), ("B", "Van Dam"), ("C", "Van Dam"), ("D", "Nobody")))
    assert figures(visitor) == [0, 0, 0]
    visitor.check()
    assert figures(visitor) == [0, 0, 1]
    visitor.post("import-start")
    running.advance(visitor.run, by=manager)
    assert figures(visitor) == [2, 0, 1]
    visitor.go()
    assert figures(visitor) == [3, 0, 1]
    visitor.undo()
    assert figures(visitor) == [3, 0, 1]


def slices(visitor, by):
    """How many statements every slice of the present stage takes.

    Without the first, which may read what is kept from then on, and the last, which finds nothing to do.
    """
    taken = []
    run = visitor.run
    run.refresh_from_db()
    while run.is_at_work:
        with CaptureQueriesContext(connection) as queries:
            run = running.advance(run, by=by)
        taken.append(len(queries))
    return taken[1:-1]


def test_a_slice_takes_the_same_statements_however_much_was_done(visitor, manager, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 3)
    checked(visitor, 15)
    visitor.post("import-start")
    assert len(set(slices(visitor, manager))) == 1
    visitor.run.refresh_from_db()
    running.undo(visitor.run, by=manager)
    assert len(set(slices(visitor, manager))) == 1


def test_progress_is_told_without_counting_rows(visitor, manager, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 2)
    checked(visitor, 5)
    visitor.post("import-start")
    for dealt in (2, 4):
        running.advance(visitor.run, by=manager)
        with CaptureQueriesContext(connection) as queries:
            page = visitor.client.get(reverse("sales:import", args=[visitor.run.pk])).content.decode()
        assert f'<progress value="{dealt}" max="5"' in page
        assert not [query for query in queries if "sales_importrow" in query["sql"]]


def test_rows_that_write_are_found_in_the_order_of_the_file(visitor, manager, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 2)
    checked(visitor, 4)
    visitor.run.rows.filter(label__in=["Kade 1", "Kade 2"]).update(verdict="update")
    lines = list(visitor.run.rows.order_by("line").values_list("line", flat=True))

    assert [row.line for row in running._that_write(visitor.run.rows.all(), "line")] == lines[:2]
    assert [row.line for row in running._that_write(visitor.run.rows.all(), "-line")] == lines[:1:-1]
