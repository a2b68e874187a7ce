"""An import that is interrupted, or goes on in two tabs, or finds records that changed since they were checked."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from sales import editing
from sales.imports import running
from sales.models import Sale, SaleEvent
from sales.models.imports import ImportRow
from tests.factories import SaleFactory
from tests.sales.imports.browser import csv, words

pytestmark = pytest.mark.django_db


def test_what_changed_between_preview_and_run_is_left_out_and_the_rest_goes_on(visitor, manager, van_dam):
    sales = [SaleFactory(customer=van_dam) for _time in range(3)]
    visitor.upload(csv(("Nummer", "Verwachte omzet"), *((sale.pk, 7) for sale in sales)))
    assert words(visitor.check(create=None)) == ["update"] * 3
    editing.edit(sales[1], values={"subject": "Anders"}, version=1, by=manager)

    assert words(visitor.start()) == ["update", "refused", "update"]
    assert [sale.expected_revenue for sale in Sale.objects.order_by("pk")] == [7, 1000, 7]


def test_interrupted_run_goes_on_or_back_from_where_it_was(visitor, manager, van_dam, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 2)
    visitor.upload(csv(("Deal", "Klant"), *((f"S{n}", "Van Dam") for n in range(5))))
    visitor.check()
    visitor.post("import-start")
    running.advance(visitor.run, by=manager)
    assert Sale.objects.count() == 2
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert '<progress value="2" max="5"' in page and "Go on" in page and "paused" in page
    running.advance(visitor.run, by=manager)
    visitor.undo()
    assert (Sale.objects.count(), Sale.objects.untrashed().count()) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_never_do_a_slice_twice(visitor, manager, van_dam, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 3)
    visitor.upload(csv(("Deal", "Klant"), *((f"S{n}", "Van Dam") for n in range(20))))
    visitor.check()
    visitor.post("import-start")
    visitor.run.refresh_from_db()

    def tab():
        run = visitor.run
        while run.is_at_work:
            run = running.advance(run, by=manager)
        connection.close()

    tabs = [threading.Thread(target=tab) for _time in range(3)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert sorted(Sale.objects.values_list("subject", flat=True)) == sorted(f"S{n}" for n in range(20))
    assert SaleEvent.objects.count() == 20
    assert ImportRow.objects.filter(is_done=True).count() == 20


def test_changed_by_somebody_else_meanwhile_shows_how_it_stands(visitor, van_dam):
    visitor.upload(csv(("Deal", "Klant"), ("Kraan", "Van Dam")))
    visitor.check()
    response = visitor.client.post(reverse("sales:import-start", args=[visitor.run.pk]), {"version": 1}, follow=True)
    assert "Somebody went on with this import" in response.content.decode()
    assert Sale.objects.count() == 0
