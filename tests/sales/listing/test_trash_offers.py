"""What the message about the trash offers: the way back, of one sale and of many."""

import re
from decimal import Decimal

import pytest

from sales.models import Phase, Sale, SaleEvent
from sales.trashing import restore, restore_many, trash
from tests.factories import SaleFactory
from tests.pages import offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(salesperson, phases):
    return SaleFactory(owner=salesperson, subject="Roof", phase=phases[50], expected_revenue=Decimal("800"))


def test_message_has_the_way_back(sale, manager, as_user):
    desk = as_user(manager)
    page = desk.post(f"/sales/{sale.pk}/trash/", {"version": 1}, follow=True).content.decode()
    assert offered(page) == (f"/sales/{sale.pk}/restore/", {"version": "2"})
    url, fields = offered(page)
    back = desk.post(url, fields, follow=True).content.decode()
    assert ("“Roof" in back, "is back from the trash" in back, "toast" in back) == (True, True, True)
    assert not Sale.objects.get(pk=sale.pk).trashed


def test_list_of_the_trash_stays_and_the_message_leads_to_the_sale(sale, manager, as_user):
    sale.subject = "Roof <b> & gutter"
    sale.save()
    desk = as_user(manager)
    trash(sale, version=1, by=manager)
    page = desk.get("/sales/trash/").content.decode()
    assert '<input type="hidden" name="stay" value="1">' in page
    response = desk.post(f"/sales/{sale.pk}/restore/", {"version": 2, "stay": "1"})
    assert response["Location"] == "/sales/trash/"
    page = desk.get("/sales/trash/").content.decode()
    assert f'<p>“<a href="/sales/{sale.pk}/">Roof &lt;b&gt; &amp; gutter' in page
    assert not Sale.objects.get(pk=sale.pk).trashed


def test_message_of_many_brings_all_of_them_back(manager, as_user, phases):
    sales, desk = SaleFactory.create_batch(3, owner=manager, phase=phases[25]), as_user(manager)
    before = SaleFactory(owner=manager)
    trash(before, version=1, by=manager)
    data = {"action": "trash", "sale": [sale.pk for sale in sales]}
    basis = re.search(r'name="basis" value="([^"]+)"', desk.post("/sales/bulk/", data).content.decode())[1]
    page = desk.post("/sales/bulk/", {**data, "basis": basis, "carry-out": "all"}, follow=True).content.decode()
    url, fields = offered(page)
    Phase.objects.filter(pk=phases[25].pk).update(probability=30)
    assert "3 sales are back from the trash" in desk.post(url, fields, follow=True).content.decode()
    assert [(s.trashed, s.probability, s.version) for s in Sale.objects.filter(phase=phases[25])] == [
        (False, 30, 3)
    ] * 3
    assert [event.kind for event in sales[0].events.order_by("sequence")] == ["created", "trashed", "restored"]
    assert Sale.objects.get(pk=before.pk).trashed
    again = desk.post(url, fields, follow=True).content.decode()
    assert "These sales have been restored or changed since" in again
    assert SaleEvent.objects.filter(kind="restored").count() == 3


def test_many_come_back_only_for_who_sent_them_there_and_as_they_went(manager, administrator, as_user):
    first, second = SaleFactory.create_batch(2, owner=manager)
    moment = trash(first, version=1, by=manager).updated_at
    Sale.objects.filter(pk=second.pk).update(trashed=True, updated_by=manager, updated_at=moment)
    assert restore_many(trashed_at=moment, by=administrator) == 0
    restore(Sale.objects.get(pk=first.pk), version=2, by=administrator)
    trash(Sale.objects.get(pk=first.pk), version=3, by=administrator)
    assert restore_many(trashed_at=moment, by=manager) == 1
    assert (Sale.objects.get(pk=first.pk).trashed, Sale.objects.get(pk=second.pk).trashed) == (True, False)


@pytest.mark.parametrize("at", ["", "now", "2026-03-20T99:00", "2026-03-20T09:00", "0"])
def test_moment_that_cannot_be_read_is_400(manager, as_user, at):
    assert as_user(manager).post("/sales/trash/restore/", {"at": at}).status_code == 400
