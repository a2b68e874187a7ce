"""A second sale like one there is: what goes along, what does not, and what refuses it."""

import re
from decimal import Decimal

import pytest

from sales.duplicating import duplicate
from sales.models import Phase, Sale, Source
from sales.refusals import Refused
from sales.transitions import lose
from sales.trashing import trash
from salescrm.calendar import today
from tests.factories import ContactFactory, LineFactory, RelationFactory, SaleFactory

pytestmark = pytest.mark.django_db
TOKENS = ["6a1f5a52-6a0e-4f0b-9f3a-6a1f5a526a0e", "7a1f5a52-6a0e-4f0b-9f3a-6a1f5a526a0e"]


@pytest.fixture
def sale(colleague, phases):
    customer = RelationFactory(name="Van Dam")
    sale = SaleFactory(
        subject="Roof", owner=colleague, phase=phases[75], customer=customer, source=Source.objects.first(),
        contact=ContactFactory(organization=customer), expected_revenue=Decimal("800.50"), start_date=today(),
        expected_end_date=today(), next_step="Call", next_step_on=today(), note="Old", external_reference="A1",
    )  # fmt: skip
    for price in ("100", "250.50", "450"):
        LineFactory(sale=sale, unit_price=Decimal(price))
    return sale


def copy_of(sale, by, token=TOKENS[0], **options):
    return duplicate(
        sale, **{"subject": "Roof two", "owner": by, "with_lines": True, "by": by, "token": token, **options}
    )


def test_copy_is_a_new_open_sale_in_the_first_phase(sale, salesperson, phases):
    copy = Sale.objects.get(pk=copy_of(sale, salesperson).pk)
    same = ("customer_id", "contact_id", "source_id", "expected_revenue")
    assert [getattr(copy, name) for name in same] == [getattr(sale, name) for name in same]
    assert (copy.subject, copy.owner, copy.phase, copy.probability, copy.status, copy.version) == (
        "Roof two", salesperson, phases[10], 10, "open", 1,
    )  # fmt: skip
    empty = (copy.start_date, copy.expected_end_date, copy.next_step, copy.next_step_on, copy.note)
    assert (empty, copy.external_reference) == ((None, None, "", None, ""), "")
    assert list(copy.events.values_list("kind", "at")) == [("created", copy.phase_since)]


@pytest.mark.parametrize(("with_lines", "prices"), [(True, [100, Decimal("250.50"), 450]), (False, [])])
def test_lines_go_along_when_asked(sale, salesperson, with_lines, prices):
    copy = copy_of(sale, salesperson, with_lines=with_lines)
    assert list(copy.lines.values_list("unit_price", flat=True)) == prices
    assert sale.lines.count() == 3


def test_same_token_twice_is_one_copy_and_lines_taken_out_stay_out(sale, salesperson):
    copy = copy_of(sale, salesperson)
    copy.lines.all().delete()
    assert copy_of(sale, salesperson) == copy
    assert (Sale.objects.count(), copy.lines.count()) == (2, 0)
    assert copy_of(sale, salesperson, token=TOKENS[1]) != copy


def test_closed_sale_can_be_duplicated_and_its_outcome_stays_behind(sale, salesperson):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    copy = copy_of(Sale.objects.get(), salesperson)
    assert (copy.status, copy.closed_on) == ("open", None)


def test_what_a_new_sale_may_not_have_stays_behind(sale, salesperson, switch):
    Source.objects.filter(pk=sale.source_id).update(is_active=False)
    sale.contact.organization = RelationFactory()
    sale.contact.save()
    copy = copy_of(Sale.objects.get(), salesperson)
    assert (copy.source, copy.contact) == (None, None)
    Source.objects.update(is_active=True)
    switch(source=False)
    assert copy_of(Sale.objects.get(pk=sale.pk), salesperson, token=TOKENS[1]).source is None


def test_deactivated_customer_is_refused_and_nothing_is_made(sale, salesperson):
    type(sale.customer).objects.filter(pk=sale.customer_id).update(is_active=False)
    with pytest.raises(Refused, match="deactivated"):
        copy_of(Sale.objects.get(), salesperson)
    assert Sale.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_page_proposes_and_leads_to_the_copy(sale, salesperson, as_user, headers, reads_only):
    desk = as_user(salesperson)
    with reads_only():
        html = desk.get(f"/sales/{sale.pk}/duplicate/", headers=headers).content.decode()
    assert ('value="Roof (copy)"' in html, "checked" in html) == (True, True)
    token = re.search(r'name="token" value="([^"]+)"', html)[1]
    data = {"subject": "Roof (copy)", "owner": salesperson.pk, "with_lines": "on", "token": token}
    places = {desk.post(f"/sales/{sale.pk}/duplicate/", data, headers=headers).headers[
        "HX-Redirect" if headers else "Location"
    ] for _click in range(2)}  # fmt: skip
    copy = Sale.objects.exclude(pk=sale.pk).get()
    assert (places, copy.owner, copy.lines.count()) == ({f"/sales/{copy.pk}/"}, salesperson, 3)


def test_page_refuses_without_losing_what_was_typed(sale, salesperson, as_user):
    type(sale.customer).objects.filter(pk=sale.customer_id).update(is_active=False)
    data = {"subject": "Roof again", "owner": salesperson.pk, "token": TOKENS[0]}
    answer = as_user(salesperson).post(f"/sales/{sale.pk}/duplicate/", data)
    text = answer.content.decode()
    assert (answer.status_code, "This relation is deactivated" in text, "Roof again" in text) == (422, True, True)


def test_long_subject_still_fits_with_the_mark_of_a_copy(sale, salesperson, as_user):
    Sale.objects.update(subject="R" * 200)
    html = as_user(salesperson).get(f"/sales/{sale.pk}/duplicate/").content.decode()
    assert f'value="{"R" * 193} (copy)"' in html


def test_copy_for_somebody_whose_sales_one_does_not_see_leads_to_the_list(
    sale, salesperson, colleague, as_user, switch
):
    own = SaleFactory(owner=salesperson)
    switch(sales_visible="own")
    data = {"subject": "Roof again", "owner": colleague.pk, "token": TOKENS[0]}
    assert as_user(salesperson).post(f"/sales/{own.pk}/duplicate/", data)["Location"] == "/sales/"
    assert as_user(salesperson).get(f"/sales/{sale.pk}/duplicate/").status_code == 404


def test_sale_in_the_trash_is_not_duplicated(sale, salesperson, manager, as_user):
    trash(sale, version=1, by=manager)
    url = f"/sales/{sale.pk}/duplicate/"
    assert as_user(manager).get(url)["Location"] == f"/sales/{sale.pk}/trash/"
    assert as_user(salesperson).get(url).status_code == 404
    posted = as_user(manager).post(url, {"subject": "Again", "owner": manager.pk, "token": TOKENS[0]})
    assert posted.status_code == 409
    assert not Sale.objects.filter(subject="Again").exists()


def test_retired_first_phase_is_passed_over(sale, salesperson, phases):
    Phase.objects.filter(pk=phases[10].pk).update(is_active=False)
    assert copy_of(sale, salesperson).phase == phases[25]
