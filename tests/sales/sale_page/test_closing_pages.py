"""The dialogs that lose, accept and reopen a sale: their steps, what they ask for, what they answer."""

import re
from decimal import Decimal

import pytest

from projects.models import Project
from sales.models import AcceptReason, LossReason, Sale
from sales.transitions import lose
from salescrm.calendar import today
from tests.factories import ContactFactory, LineFactory, ProjectFactory, RelationFactory

HTMX = {"HX-Request": "true"}


def test_lose_asks_for_a_required_reason_and_keeps_the_dialog(desk, sale, switch):
    switch(loss_reason="required")
    response = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1}, headers=HTMX)
    assert response.status_code == 422
    assert 'id="dialog-title"' in response.text
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_lose_to_a_name_that_is_no_relation_is_refused_and_keeps_what_was_typed(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": "Nobody Ltd"})
    assert response.status_code == 422
    assert "Nobody Ltd" in response.text
    assert "No relation found with this name" in response.text


def test_lose_records_reason_and_competitor(desk, sale):
    reason, competitor = LossReason.objects.first(), RelationFactory(name="Rival")
    response = desk.post(
        f"/sales/{sale.pk}/lose/",
        {"version": 1, "reason": reason.pk, "lost_to": competitor.pk, "lost_to_text": "Rival"},
        headers=HTMX,
    )
    assert response["HX-Redirect"] == f"/sales/{sale.pk}/"
    lost = Sale.objects.get(pk=sale.pk)
    assert (lost.status, lost.loss_reason, lost.lost_to) == ("lost", reason, competitor)


def accept_answers(sale, **answers):
    return {
        "version": sale.version,
        "reason": AcceptReason.objects.first().pk,
        "relation_type": sale.customer.relation_type_id,
        **answers,
    }


def test_accept_steps_store_nothing_before_the_end(desk, sale):
    url = f"/sales/{sale.pk}/accept/"
    first = desk.get(url)
    assert first.status_code == 200
    second = desk.post(url, accept_answers(sale, step="why"))
    assert 'name="follow_up"' in second.text
    third = desk.post(url, accept_answers(sale, step="then", follow_up="new_project"))
    assert 'name="project-name"' in third.text
    assert all(f">Step {number}<" in page.text for number, page in enumerate([first, second, third], start=1))
    stored = Sale.objects.get(pk=sale.pk)
    assert (stored.status, stored.version, Project.objects.count()) == ("open", 1, 0)


def test_accept_without_further_actions(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none"))
    assert response["Location"] == f"/sales/{sale.pk}/"
    accepted = Sale.objects.get(pk=sale.pk)
    assert (accepted.status, accepted.closed_on, accepted.follow_up) == ("accepted", today(), "none")


def test_accept_says_that_no_follow_up_was_chosen(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then"))
    assert (response.status_code, response.context["step"]) == (422, "then")
    assert "Choose what happens next." in response.text


def test_accept_keeps_every_answer_on_the_way_back_and_forth(desk, sale, salesperson):
    url = f"/sales/{sale.pk}/accept/"
    answers = accept_answers(sale, follow_up="new_project")
    answers |= {"project-name": "Roof", "project-manager": salesperson.pk, "project-note": "Ask for the keys"}
    first = desk.post(url, answers | {"step": "then", "back-to-why": "1"})
    assert (first.status_code, first.context["step"]) == (200, "why")
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', first.text))
    answered = ("follow_up", "project-name", "project-manager", "project-note")
    assert [sent[name] for name in answered] == ["new_project", "Roof", str(salesperson.pk), "Ask for the keys"]

    second = desk.post(url, answers | {"step": "why"})
    assert (second.status_code, second.context["step"]) == (200, "then")
    assert 'value="new_project" required checked' in second.text and 'value="Ask for the keys"' in second.text
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_accept_shows_unavailable_follow_ups_with_the_reason(desk, sale):
    LineFactory(sale=sale, billing_method="hourly")
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="why")).text
    assert "Not all service lines have a fixed price." in page
    assert "This customer has no active project." in page


def test_accept_with_an_unavailable_follow_up_is_refused(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="invoice"))
    assert response.status_code == 422
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_accept_with_a_draft_invoice_goes_to_it(desk, sale):
    LineFactory(sale=sale, quantity=2, unit_price=Decimal("100"))
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="invoice"))
    invoice = Sale.objects.get(pk=sale.pk).invoice
    assert response["Location"] == f"/invoices/{invoice.pk}/"
    assert [(line.quantity, line.unit_price) for line in invoice.lines.all()] == [(2, 100)]


def test_accept_with_a_new_project_is_prefilled_and_goes_to_it(desk, sale, salesperson):
    LineFactory(sale=sale)
    contact = ContactFactory(organization=sale.customer)
    Sale.objects.filter(pk=sale.pk).update(contact=contact)
    url = f"/sales/{sale.pk}/accept/"
    page = desk.post(url, accept_answers(sale, step="then", follow_up="new_project")).text
    assert 'value="Warehouse"' in page
    project = {"project-name": "Warehouse", "project-contact": contact.pk, "project-manager": salesperson.pk}
    project |= {"project-start_date": today().isoformat(), "project-end_date": "", "project-note": ""}
    response = desk.post(url, accept_answers(sale, step="project", follow_up="new_project", **project))
    made = Sale.objects.get(pk=sale.pk).project
    assert response["Location"] == f"/projects/{made.pk}/"
    assert (made.name, made.contact, made.manager, made.services.count()) == ("Warehouse", contact, salesperson, 1)


def test_accept_adds_to_an_existing_project_of_the_customer(desk, sale):
    LineFactory(sale=sale, description="Extra work")
    project = ProjectFactory(customer=sale.customer)
    url = f"/sales/{sale.pk}/accept/"
    other = ProjectFactory()
    refused = desk.post(url, accept_answers(sale, step="then", follow_up="existing_project", project=other.pk))
    assert refused.status_code == 422
    response = desk.post(url, accept_answers(sale, step="then", follow_up="existing_project", project=project.pk))
    assert response["Location"] == f"/projects/{project.pk}/"
    assert [service.description for service in project.services.all()] == ["Extra work"]


def test_accept_by_somebody_else_says_who_was_first(as_user, desk, colleague, sale):
    desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none"))
    response = as_user(colleague).post(
        f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none", version=1)
    )
    assert response.status_code == 409
    assert "Sanne de Wit" in response.text
    assert "Your choice was not carried out" in response.text


@pytest.mark.parametrize(
    ("form", "why"),
    [("accept", "is closed already"), ("lose", "is closed already"), ("lines", "its service lines stay as they are")],
)
def test_form_that_a_closed_sale_refuses_leads_back_to_it(desk, sale, salesperson, form, why):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert desk.get(f"/sales/{sale.pk}/{form}/")["Location"] == f"/sales/{sale.pk}/"
    assert why in desk.get(f"/sales/{sale.pk}/").text


def test_reopen_is_for_the_owner_and_managers(as_user, desk, colleague, manager, sale, salesperson):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert as_user(colleague).post(f"/sales/{sale.pk}/reopen/", {"version": 2}).status_code == 403
    assert as_user(manager).get(f"/sales/{sale.pk}/reopen/").status_code == 200
    assert desk.post(f"/sales/{sale.pk}/reopen/", {"version": 2}).status_code == 302
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_project_step_shows_for_whom_and_what_is_created(desk, sale):
    LineFactory(sale=sale, description="Design", quantity=3, unit_price=Decimal("19.99"))
    LineFactory(sale=sale, description="Care", quantity=2, unit_price=Decimal("100"), billing_method="hourly")
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="new_project")).text
    created = page[page.index('id="created-title"') : page.index("</section>", page.index('id="created-title"'))]
    assert str(sale.customer) in created
    assert [word in created for word in ("Design", "59.97", "Care", "200.00", "259.97", "Hourly")] == [True] * 6
    assert "Accept and create project</button>" in page
    assert ">Add<" not in page


def test_project_step_of_a_sale_without_lines_says_so(desk, sale):
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="new_project")).text
    assert "the project begins without services" in page


def test_button_of_the_second_step_says_what_each_choice_does(desk, sale):
    LineFactory(sale=sale)
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="why")).text
    assert re.findall(r'<span data-when="(\w*)">([^<]+)</span>', page) == [
        ("", "Accept"), ("none", "Accept"), ("invoice", "Accept and create draft invoice"),
        ("new_project", "Next: the project"),
    ]  # fmt: skip
    ProjectFactory(customer=sale.customer)
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="why")).text
    assert '<span data-when="existing_project">Accept and add to project</span>' in page


def test_kept_follow_up_has_a_button_of_its_own(desk, sale):
    Sale.objects.filter(pk=sale.pk).update(project=ProjectFactory(customer=sale.customer))
    page = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="why")).text
    assert '<span data-when="kept">Accept and keep what is linked</span>' in page
