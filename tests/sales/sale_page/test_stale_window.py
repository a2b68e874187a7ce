"""Two windows of the same person: the stale one is told that it was she herself."""

from sales.transitions import move
from tests.factories import SaleFactory

OWN = "You changed this in another window after you opened it here. Nothing of this window was stored."


def test_stale_window_of_the_same_user_is_told_so(as_user, salesperson, colleague, phases):
    sale = SaleFactory(owner=salesperson)
    move(sale, phase=phases[50], version=1, by=salesperson)
    desk = as_user(salesperson)

    own = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1})
    move(sale, phase=phases[75], version=2, by=colleague)
    both = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1})

    assert (own.status_code, OWN in own.text) == (409, True)
    assert (both.status_code, OWN in both.text, f"last by {colleague}" in both.text) == (409, False, True)


def test_conflict_on_a_form_names_nobody_when_it_was_the_reader(as_user, salesperson):
    sale = SaleFactory(owner=salesperson, subject="Warehouse")
    desk = as_user(salesperson)
    values = {"subject": "Shed", "customer": sale.customer_id, "owner": salesperson.pk, "version": 1}
    desk.post(f"/sales/{sale.pk}/edit/", values)
    page = desk.post(f"/sales/{sale.pk}/edit/", {**values, "subject": "Hall"})

    assert (page.status_code, OWN in page.text, "Somebody was first" in page.text) == (409, True, False)
    assert "Take what is stored" in page.text
