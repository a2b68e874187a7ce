"""Imports that are long over: rows and file go at night, the run stays with its figures, and nothing else goes."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sales.imports import clearing, running
from sales.models import Sale
from sales.models.imports import ImportRow, ImportRun
from sales.trashing import restore
from salescrm.models import StoredFile
from tests.factories import RelationFactory
from tests.sales.imports.browser import Browser, csv

pytestmark = pytest.mark.django_db
HEAD = ("Deal", "Klant", "Bedrag", "Reference")


@pytest.fixture
def visitor(manager, as_user):
    RelationFactory(name="Van Dam")
    return Browser(as_user(manager))


def carried_out(visitor, rows=3, mark="A"):
    """An import of so many new sales and one refused row."""
    lines = ((f"Kade {mark}{n}", "Van Dam", 1000 + n, f"{mark}-{n}") for n in range(rows))
    visitor.upload(csv(HEAD, *lines, ("Laatste", "Nobody", 1, "")), name=f"{mark}.csv")
    visitor.check()
    visitor.start()
    return visitor.run


def age(run, days=181):
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now() - timedelta(days=days))
    run.refresh_from_db()


def page_of(visitor, run):
    return visitor.client.get(run.get_absolute_url())


@pytest.mark.parametrize("slice_size", [1, 1000])
def test_rows_and_file_go_and_the_figures_stay(visitor, monkeypatch, slice_size):
    monkeypatch.setattr(clearing, "SLICE", slice_size)
    run = carried_out(visitor)
    place = Path(run.file.content.path)
    figures = page_of(visitor, run).context["counts"]
    listed = visitor.client.get(reverse("sales:imports")).context["rows"][0].counts
    age(run)

    assert clearing.CHORE.run() == 4
    run.refresh_from_db()
    assert (run.rows.count(), run.file, StoredFile.objects.count(), place.exists()) == (0, None, 0, False)
    assert (run.name, str(run), run.status) == ("A.csv", "sales: A.csv", "done")
    assert page_of(visitor, run).context["counts"] == figures
    assert figures["create"] == 3 and figures["refused"] == 1
    assert visitor.client.get(reverse("sales:imports")).context["rows"][0].counts == listed
    assert Sale.objects.filter(trashed=False).count() == 3
    assert clearing.CHORE.run() == 0


def test_page_says_that_it_cannot_be_undone_and_offers_nothing_of_it(visitor):
    run = carried_out(visitor)
    assert "Can be undone until" in page_of(visitor, run).text
    addresses = [reverse(f"sales:import-{what}", args=[run.pk]) for what in ("undo", "file", "refused")]
    assert all(address in page_of(visitor, run).text for address in addresses)
    age(run)
    clearing.CHORE.run()
    text = page_of(visitor, run).text
    assert "The import can no longer be undone." in text and "Can be undone until" not in text
    assert not [address for address in addresses if address in text]
    for address in addresses:
        answer = visitor.client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == run.get_absolute_url()
        assert "its rows and its file have been removed" in answer.text
    assert page_of(visitor, run).status_code == 200
    assert visitor.client.get(f"{run.get_absolute_url()}?verdict=create").status_code == 200


def test_undoing_is_refused_once_it_is_cleared(visitor, manager):
    run = carried_out(visitor)
    age(run)
    clearing.CHORE.run()
    with pytest.raises(ValidationError, match="long time ago"):
        running.undo(run, by=manager)
    visitor.post("import-undo")
    run.refresh_from_db()
    assert (run.status, Sale.objects.filter(trashed=False).count()) == ("done", 3)


def test_recent_and_interrupted_ones_are_untouched_and_can_be_undone(visitor, manager, monkeypatch):
    recent = carried_out(visitor, mark="A")
    age(recent, days=179)
    monkeypatch.setattr(running, "SLICE", 1)
    visitor.upload(csv(HEAD, ("B", "Van Dam", 1, "B-1"), ("B2", "Van Dam", 1, "B-2")))
    visitor.check()
    visitor.post("import-start")
    interrupted = running.advance(visitor.run, by=manager)
    age(interrupted, days=1000)
    assert clearing.CHORE.run() == 0
    for run, rows in ((recent, 4), (interrupted, 2)):
        run.refresh_from_db()
        assert (run.rows.count(), run.cleared_at, run.file is None) == (rows, None, False)
        visitor.run = run
        visitor.undo()
        assert run.rows.filter(is_done=True, is_undone=False).count() == 0


def test_one_that_was_never_started_goes_altogether(visitor):
    visitor.upload(csv(HEAD, ("B", "Van Dam", 1, "B-1")))
    visitor.check()
    age(visitor.run)
    clearing.CHORE.run()
    assert (ImportRun.objects.count(), ImportRow.objects.count(), StoredFile.objects.count()) == (0, 0, 0)


def test_reference_that_a_sale_gets_back_from_the_trash_stays(visitor, manager):
    run = carried_out(visitor)
    visitor.undo()
    age(run)
    assert clearing.CHORE.run() == 1  # the refused one
    sale = Sale.objects.get(pk=run.rows.get(after__external_reference="A-1").target)
    restore(sale, version=sale.version, by=manager)
    assert clearing.CHORE.run() == 1
    sale.refresh_from_db()
    assert (sale.external_reference, run.rows.count()) == ("A-1", 2)
    text = page_of(visitor, run).text
    assert "This import was undone" in text and "can no longer be undone" not in text


def test_without_a_setting_everything_stays(visitor, settings):
    settings.IMPORT_DAYS = 0
    run = carried_out(visitor)
    age(run, days=10_000)
    assert clearing.CHORE.run() == 0
    assert run.rows.count() == 4
    assert "Can be undone until" not in page_of(visitor, run).text


def test_one_that_was_broken_off_goes_on_where_it_was(visitor, monkeypatch):
    """As after a kill: the run is closed, some of its rows are gone, and its file has left the disk already."""
    monkeypatch.setattr(clearing, "SLICE", 1)
    run = carried_out(visitor)
    figures = page_of(visitor, run).context["counts"]
    age(run)
    clearing._close(run)
    run.rows.first().delete()
    Path(run.file.content.path).unlink()
    assert page_of(visitor, run).context["counts"] == figures
    assert clearing.CHORE.run() == 3
    run.refresh_from_db()
    assert (run.rows.count(), run.file, run.name) == (0, None, "A.csv")


def statements(visitor, rows, mark):
    age(carried_out(visitor, rows, mark))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert clearing.CHORE.run() == rows + 1
    return len(queries)


def test_it_takes_as_many_statements_for_many_rows_as_for_one(visitor):
    assert statements(visitor, 1, "A") == statements(visitor, 12, "B")


def test_cleared_one_still_says_how_the_next_file_like_it_is_read(visitor):
    first = carried_out(visitor)
    age(first)
    clearing.CHORE.run()
    visitor.upload(csv(HEAD, ("B", "Van Dam", 1, "B-1")), name="second.csv")
    assert (visitor.run.mapping, visitor.run.name) == (first.mapping, "second.csv")
    assert not {"name", "counts"} & {*visitor.run.options}


def test_file_that_cannot_be_removed_keeps_no_row_of_another_import(visitor):
    other, broken = carried_out(visitor, mark="A"), carried_out(visitor, mark="B")  # the last one comes first
    place = Path(broken.file.content.path)
    place.unlink()
    place.mkdir()  # what stands there is no file, and does not go
    (place / "within").touch()
    for run in (broken, other):
        age(run)
    with pytest.raises(OSError):
        clearing.CHORE.run()
    assert ImportRow.objects.count() == 0
    (place / "within").unlink()
    clearing.CHORE.run()
    assert StoredFile.objects.count() == 0
