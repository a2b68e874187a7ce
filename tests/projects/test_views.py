"""The pages of projects: who may, what they answer, as page and as part."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from invoicing.models import VatRate
from projects.forms import ProjectForm
from projects.models import Project
from projects.opening import NewProject
from salescrm.calendar import today
from tests.factories import ContactFactory, PersonFactory, ProjectFactory, RelationFactory, ServiceFactory
from tests.forms import Sheet
from tests.markup import Markup

HTMX = {"HX-Request": "true"}
GETS = ["detail", "edit", "services", "close"]


def url(name, *args):
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def project(salesperson):
    return ProjectFactory(name="Dashboard", number="P2026-0001", manager=salesperson)


def data_of(salesperson, **values):
    return {"name": "Second phase", "manager": salesperson.pk, "start_date": "2026-03-01", "note": "", **values}


def rows_data(*rows, initial=0):
    data = {"services-TOTAL_FORMS": len(rows), "services-INITIAL_FORMS": initial}
    names = ("pk", "description", "billing_method", "quantity", "unit_price", "vat_rate", "DELETE")
    for index, row in enumerate(rows):
        data |= {f"services-{index}-{name}": value for name, value in zip(names, row, strict=False)}
    return data


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        ("salesperson", [200, 200, 200, 403]),
        ("colleague", [200, 403, 403, 403]),
        ("manager", [200] * 4),
        ("administrator", [200] * 4),
    ],
)
def test_who_may_open_what(request, who, answers, project, as_user, reads_only):
    browser = as_user(request.getfixturevalue(who))
    with reads_only():
        assert [browser.get(url(name, project.pk)).status_code for name in GETS] == answers
        assert [browser.get(url(name)).status_code for name in ("list", "new")] == [200, 200]


def test_colleague_may_not_post(project, colleague, as_user):
    browser = as_user(colleague)
    assert browser.post(url("edit", project.pk), {"version": 1}).status_code == 403
    assert browser.post(url("services", project.pk), {"version": 1}).status_code == 403
    assert browser.post(url("close", project.pk), {"version": 1, "then": "close"}).status_code == 403


@pytest.mark.parametrize("name", GETS)
def test_unknown_project_is_404(name, manager, as_user):
    assert as_user(manager).get(url(name, 999)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "services", "close"])
def test_a_form_without_version_is_400(name, project, manager, as_user):
    assert as_user(manager).post(url(name, project.pk), {}).status_code == 400


@pytest.mark.parametrize("rows", [3, 30])
def test_list_costs_the_same_for_few_and_many(rows, manager, as_user, django_assert_num_queries):
    for project in ProjectFactory.create_batch(rows):
        ServiceFactory(project=project)
    browser = as_user(manager)
    with django_assert_num_queries(5):
        response = browser.get(url("list"))
    assert response.context["summary"] == {"count": rows, "total": Decimal("500.00") * rows}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_list_filters(headers, salesperson, manager, as_user):
    bakery = RelationFactory(name="Bakkerij Bos")
    ProjectFactory(name="Alpha", manager=salesperson, number="P7")
    ProjectFactory(name="Beta", manager=manager, customer=bakery)
    ProjectFactory(name="Gamma", manager=manager, status="closed")
    browser = as_user(manager)

    def names(query):
        response = browser.get(url("list") + query, headers=headers)
        return sorted(project.name for project in response.context["rows"])

    assert names("") == names("?status=active") == names("?status=&q=&page=") == ["Alpha", "Beta"]
    assert names("?status=closed") == ["Gamma"]
    assert names("?status=all") == ["Alpha", "Beta", "Gamma"]
    assert names(f"?status=all&manager={manager.pk}") == ["Beta", "Gamma"]
    assert names(f"?customer={bakery.pk}") == names("?q=bakkerij") == ["Beta"]
    assert names("?q=P7") == ["Alpha"]


def test_list_shows_projects_without_a_date_last_in_either_direction(manager, as_user):
    undated = ProjectFactory()
    first = ProjectFactory(start_date=date(2026, 1, 1), end_date=date(2026, 2, 1))
    last = ProjectFactory(start_date=date(2026, 3, 1), end_date=date(2026, 4, 1))
    browser = as_user(manager)
    for word in ("start", "end"):
        assert list(browser.get(url("list"), {"sort": word}).context["rows"]) == [first, last, undated]
        assert list(browser.get(url("list"), {"sort": f"-{word}"}).context["rows"]) == [last, first, undated]


def test_list_shows_numbers_only_when_there_are_any(manager, as_user):
    ProjectFactory(name="Plain")
    browser = as_user(manager)
    heads = [str(column.label) for column in browser.get(url("list")).context["columns"]]
    assert heads == ["Project", "Customer", "Manager", "Start date", "End date", "Services", "Status"]
    ProjectFactory(name="Numbered", number="P1")
    assert "P1" in browser.get(url("list")).text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_panel_of_a_relation_shows_five_and_the_count(headers, manager, as_user):
    customer = RelationFactory()
    for index in range(7):
        ProjectFactory(name=f"Project {index}", customer=customer, status="closed" if index == 6 else "active")
    response = as_user(manager).get(url("of-relation", customer.pk), headers=headers)
    assert re.findall(r">(Project \d)<", response.text) == [f"Project {index}" for index in (6, 5, 4, 3, 2)]
    assert "All 7 projects" in response.text
    assert ("<html" in response.text) is (not headers)


def test_new_asks_for_whom_first(salesperson, as_user):
    customer = RelationFactory(name="Bakkerij Bos")
    browser = as_user(salesperson)
    assert browser.get(url("new")).context["ask"] is not None
    response = browser.get(url("new"), {"customer": "", "customer_text": "Bakkerij Bos"})
    assert response.url == f"{url('new')}?customer={customer.pk}"
    assert browser.get(url("new"), {"customer": "", "customer_text": "Nobody"}).status_code == 422
    assert browser.get(url("new"), {"customer": 999}).status_code == 404


def test_new_opens_one_project_however_often_it_is_sent(salesperson, as_user):
    customer = RelationFactory()
    browser, address = as_user(salesperson), f"{url('new')}?customer={customer.pk}"
    data = data_of(salesperson, token=uuid.uuid4())
    answers = [browser.post(address, data).url for _click in range(2)]
    project = Project.objects.get()
    assert answers == [project.get_absolute_url()] * 2
    assert (project.customer, project.manager, project.number) == (customer, salesperson, f"P{today().year}-0001")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_new_with_errors_is_422(headers, salesperson, as_user):
    customer = RelationFactory()
    data = data_of(salesperson, token=uuid.uuid4(), name="", end_date="2026-02-01")
    response = as_user(salesperson).post(f"{url('new')}?customer={customer.pk}", data, headers=headers)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name", "end_date"])


def test_new_without_token_is_400(salesperson, as_user):
    address = f"{url('new')}?customer={RelationFactory().pk}"
    assert as_user(salesperson).post(address, data_of(salesperson)).status_code == 400


def test_form_gives_a_new_project_and_offers_contacts_of_the_customer_only(salesperson):
    contact, _other = ContactFactory(), ContactFactory()
    day = date(2026, 3, 1)
    data = data_of(salesperson, contact=contact.pk, start_date=day, end_date=day + timedelta(days=1))
    form = ProjectForm(customer=contact.organization, data=data)
    assert list(form.fields["contact"].queryset) == [contact]
    assert form.is_valid()
    assert form.new_project() == NewProject("Second phase", contact, salesperson, day, day + timedelta(days=1), "")


def test_form_for_a_person_asks_no_contact(salesperson):
    form = ProjectForm(customer=PersonFactory(), data=data_of(salesperson))
    assert form.is_valid()
    assert ("contact" in form.fields, form.new_project().contact) == (False, None)


def test_edit_saves_and_hands_over(project, salesperson, colleague, as_user):
    browser = as_user(salesperson)
    response = browser.post(url("edit", project.pk), data_of(salesperson, version=1, manager=colleague.pk))
    assert response.url == project.get_absolute_url()
    assert browser.get(url("edit", project.pk)).status_code == 403


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_stale_edit_is_409_with_theirs_beside_yours(headers, project, salesperson, manager, as_user):
    as_user(manager).post(url("edit", project.pk), data_of(salesperson, version=1, name="Theirs"))
    response = as_user(salesperson).post(
        url("edit", project.pk), data_of(salesperson, version=1, name="Mine"), headers=headers
    )
    assert response.status_code == 409
    assert [(row.name, row.theirs, row.yours) for row in response.context["conflict"]["differences"]] == [
        ("name", "Theirs", "Mine")
    ]
    assert 'name="version" value="2"' in response.text
    assert 'value="Mine"' in response.text


def test_services_are_edited_on_one_page(project, salesperson, as_user):
    rate = VatRate.objects.first().pk
    stays, gone = ServiceFactory(project=project, description="Kept"), ServiceFactory(project=project, position=1)
    rows = rows_data(
        (stays.pk, "Kept", "hourly", "140", "115", rate), (gone.pk, "Design", "fixed_price", "1", "500", rate, "on"),
        ("", "Course", "subscription", "1.5", "10", rate), ("", "", "fixed_price", "1", "", rate), initial=2,
    )  # fmt: skip
    response = as_user(salesperson).post(url("services", project.pk), {"version": 1} | rows)
    assert response.url == project.get_absolute_url()
    assert list(project.services.values_list("pk", "description", "billing_method", "amount", "version"))[0] == (
        stays.pk, "Kept", "hourly", Decimal("16100.00"), 2,
    )  # fmt: skip
    assert list(project.services.values_list("description", flat=True)) == ["Kept", "Course"]


def test_services_with_errors_are_422_and_stale_ones_409(project, salesperson, manager, as_user):
    rate = VatRate.objects.first().pk
    good, bad = ("", "A", "hourly", "1", "10", rate), ("", "A", "hourly", "x", "10", rate)
    browser = as_user(salesperson)
    assert browser.post(url("services", project.pk), {"version": 1} | rows_data(bad)).status_code == 422
    as_user(manager).post(url("services", project.pk), {"version": 1} | rows_data(good))
    response = browser.post(url("services", project.pk), {"version": 1} | rows_data(("", "B", *good[2:])))
    assert response.status_code == 409
    [row] = response.context["conflict"]["differences"]
    assert (row.theirs, row.yours) == ("1 × A, € 10.00, 21 %, hourly", "1 × B, € 10.00, 21 %, hourly")


def test_stale_services_of_which_one_is_invalid_are_shown_as_they_would_stand(project, salesperson, manager, as_user):
    rate = VatRate.objects.first().pk
    stays, gone, wrong = (
        ServiceFactory(project=project, description=text, position=position, billing_method="hourly")
        for position, text in enumerate(["Stays", "Gone", "Wrong"])
    )
    Project.objects.update(version=2, updated_by=manager)
    rows = rows_data(
        (stays.pk, "Stays", "hourly", "1", "100", rate),
        (gone.pk, "Gone", "hourly", "1", "100", rate, "on"),
        (wrong.pk, "Wrong", "subscription", "x", "100", rate),
        ("", "", "fixed_price", "1", "", rate),
        initial=3,
    )
    response = as_user(salesperson).post(url("services", project.pk), {"version": 1} | rows)
    [row] = response.context["conflict"]["differences"]
    assert (response.status_code, row.yours.split("\n")) == (
        409,
        ["1 × Stays, € 100.00, 21 %, hourly", "Wrong, x, 100, 21 %, Subscription"],
    )


def test_stale_form_says_of_what_was_not_touched_only_what_is_stored(project, salesperson, manager, as_user):
    sheet = Sheet.open(as_user(salesperson), url("edit", project.pk), "name")
    Project.objects.update(name="Theirs", version=2, updated_by=manager)
    rows = Markup(sheet.sent(note="Mine").answer.text).root.iter("tr")
    table = {row.get("data-field"): [" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows}
    assert (table["name"], table["note"][2]) == (["Name", "Theirs", "not changed", "Stored now"], "Mine")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_close_and_reopen(headers, project, manager, as_user):
    browser = as_user(manager)
    for version, then, status in ((1, "close", "closed"), (2, "reopen", "active")):
        response = browser.post(url("close", project.pk), {"version": version, "then": then}, headers=headers)
        assert response.headers.get("HX-Redirect", response.headers.get("Location")) == project.get_absolute_url()
        assert Project.objects.get().status == status
    assert browser.post(url("close", project.pk), {"version": 1, "then": "close"}).status_code == 409


def test_closed_project_offers_no_editing(project, manager, as_user):
    Project.objects.update(status="closed")
    text = as_user(manager).get(url("detail", project.pk)).text
    assert [url(name, project.pk) in text for name in ("edit", "services", "close")] == [False, False, True]
    assert "This project is closed. Reopen it first." in as_user(manager).get(url("edit", project.pk)).text


@pytest.mark.parametrize("services", [1, 10])
def test_detail_costs_the_same_for_few_and_many_services(
    services, project, manager, as_user, django_assert_num_queries
):
    ServiceFactory.create_batch(services, project=project)
    browser = as_user(manager)
    with django_assert_num_queries(4):
        text = browser.get(url("detail", project.pk)).text
    assert text.count("<h1") == 1


@pytest.mark.parametrize(
    "query",
    [
        "status=x",
        "manager=x",
        "manager=99999999999999999999",
        "customer=0",
        "q=a%00b",
        "sort=x",
        "page=x",
        "page=0",
        "page=%C2%B2",
        "colour=red",
    ],
)
def test_list_refuses_unknown_or_malformed_words(manager, as_user, query):
    assert as_user(manager).get(f"{url('list')}?{query}").status_code == 400


def test_an_address_that_names_a_merged_customer_leads_to_the_kept_one(as_user, manager, company):
    survivor = RelationFactory(name="Kept")
    gone = RelationFactory(name="Gone", merged_into=survivor, is_active=False)
    ProjectFactory(customer=survivor), ProjectFactory()
    rows = as_user(manager).get(f"/projects/?customer={gone.pk}").context["rows"]
    assert [row.customer for row in rows] == [survivor]


def test_who_manages_a_project_is_not_called_by_the_role_in_dutch(as_user, administrator, company):
    administrator.language = "nl"
    administrator.save(update_fields=["language"])
    project = ProjectFactory()
    browser = as_user(administrator)

    for url in ("/projects/", project.get_absolute_url(), f"{project.get_absolute_url()}edit/"):
        page = browser.get(url).text
        assert "rojectleider" in page
        assert "Manager" not in page


@pytest.mark.parametrize("page", ["edit", "services"])
def test_project_closed_meanwhile_shows_what_was_typed_and_asks_nothing(page, project, salesperson, manager, as_user):
    as_user(manager).post(url("close", project.pk), {"version": 1, "then": "close"})
    rows = rows_data(("", "Mine", "hourly", "1", "10", VatRate.objects.first().pk))
    response = as_user(salesperson).post(url(page, project.pk), data_of(salesperson, version=1, name="Mine") | rows)
    assert (response.status_code, 'type="radio"' in response.text) == (409, False)
    assert "Mine" in response.text
    assert "It can no longer be changed. What you typed is only shown here." in response.text
    assert {row.outcome for row in response.context["conflict"]["differences"]} == {"stored"}
