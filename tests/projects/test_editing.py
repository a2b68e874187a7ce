"""Opening, editing and closing projects, and their services (rules 6, 9 and 23)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from invoicing.lines import Line
from invoicing.models import VatRate
from projects.billing import by_method
from projects.editing import Refused, close, create, edit, may_edit, reopen, replace_services
from projects.models import Project, Service
from projects.opening import NewProject, add_services, hold_project, is_untouched, open_project
from salescrm.calendar import today
from salescrm.numbering import NumberSeries
from salescrm.versions import Stale
from tests.factories import ContactFactory, LineFactory, ProjectFactory, RelationFactory, SaleFactory


@pytest.fixture
def customer(company):
    return RelationFactory(name="Van Dam Logistiek B.V.")


@pytest.fixture
def answers(salesperson):
    return NewProject("Dashboard", None, salesperson, date(2026, 3, 1), date(2026, 6, 30), "")


@pytest.fixture
def rate(company):
    return VatRate.objects.first()


@pytest.fixture
def project(customer, answers, salesperson, rate):
    services = [
        Line("Design", Decimal("1"), Decimal("6500.00"), rate, "fixed_price"),
        Line("Development", Decimal("140"), Decimal("115.00"), rate, "hourly"),
        Line("Hosting", Decimal("1"), Decimal("1400.00"), rate, "subscription"),
    ]
    return open_project(customer=customer, project=answers, services=services, by=salesperson)[0]


def rows_of(project):
    names = ["pk", "description", "quantity", "unit_price", "billing_method"]
    return [
        {name: getattr(service, name) for name in names} | {"vat_rate": service.vat_rate}
        for service in project.services.select_related("vat_rate")
    ]


def values_of(project, **changes):
    names = ["name", "contact", "manager", "start_date", "end_date", "note"]
    return {name: getattr(project, name) for name in names} | changes


def test_projects_are_numbered_consecutively(customer, answers, salesperson):
    numbers = [
        create(customer=customer, project=answers, by=salesperson, token=uuid.uuid4()).number for _time in range(3)
    ]
    assert numbers == [f"P{today().year}-{sequence:04}" for sequence in (1, 2, 3)]


def test_projects_have_no_number_when_numbering_is_off(customer, answers, salesperson):
    NumberSeries.objects.filter(kind="project").update(is_active=False)
    project = create(customer=customer, project=answers, by=salesperson, token=uuid.uuid4())
    assert (project.number, str(project)) == ("", "Dashboard")


def test_the_same_token_gives_the_first_project(customer, answers, salesperson):
    token = uuid.uuid4()
    made = [create(customer=customer, project=answers, by=salesperson, token=token) for _click in range(2)]
    assert (made[0], Project.objects.count()) == (made[1], 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_token_at_once_gives_one_project_and_no_hole(customer, answers, salesperson):
    token = uuid.uuid4()

    def work(_click):
        try:
            return create(customer=customer, project=answers, by=salesperson, token=token).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(work, range(5)))) == 1
    last = create(customer=customer, project=answers, by=salesperson, token=uuid.uuid4())
    assert last.number == f"P{today().year}-0002"


def test_open_refuses_a_contact_of_somebody_else(customer, answers, salesperson):
    with pytest.raises(ValidationError) as refusal:
        open_project(customer=customer, project=answers._replace(contact=ContactFactory()), services=[], by=salesperson)
    assert list(refusal.value.message_dict) == ["contact"]


def test_edit_changes_fields_and_raises_the_version(project, manager, colleague):
    edited = edit(project, values=values_of(project, name="Other", manager=colleague), version=1, by=manager)
    assert (edited.name, edited.manager, edited.version, edited.updated_by) == ("Other", colleague, 2, manager)


def test_the_same_edit_changes_nothing_and_a_second_click_is_one_change(project, manager):
    assert edit(project, values=values_of(project), version=1, by=manager).version == 1
    for _click in range(2):
        assert edit(project, values=values_of(project, name="Other"), version=1, by=manager).version == 2


def test_stale_edit_is_refused_and_names_who_was_first(project, salesperson, manager):
    edit(project, values=values_of(project, name="Theirs"), version=1, by=manager)
    with pytest.raises(Stale) as refusal:
        edit(project, values=values_of(project, name="Mine"), version=1, by=salesperson)
    assert refusal.value.message == (
        "Mila Brand changed this project after you opened it. Nothing of yours was stored."
    )
    assert Project.objects.get().name == "Theirs"


def test_edit_refuses_an_end_before_the_start(project, manager):
    with pytest.raises(ValidationError) as refusal:
        edit(project, values=values_of(project, end_date=date(2026, 2, 1)), version=1, by=manager)
    assert list(refusal.value.message_dict) == ["end_date"]


def test_closed_project_refuses_changes_until_it_is_reopened(project, customer, manager):
    closed = close(project, version=1, by=manager)
    assert (closed.is_active, closed.version) == (False, 2)
    with pytest.raises(Refused):
        edit(project, values=values_of(project, name="x"), version=2, by=manager)
    with pytest.raises(Refused):
        replace_services(project, rows=[], version=2, by=manager)
    with pytest.raises(ValidationError):
        hold_project(project, customer=customer)
    reopened = reopen(project, version=2, by=manager)
    assert (reopened.is_active, reopened.version) == (True, 3)


def test_close_twice_is_one_change_and_stale_close_is_refused(project, manager, administrator):
    for _click in range(2):
        assert close(project, version=1, by=manager).version == 2
    with pytest.raises(Stale):
        reopen(project, version=1, by=administrator)


def test_replacing_services_versions_only_what_changed(project, manager, rate):
    rows = rows_of(project)
    rows[0]["unit_price"] = Decimal("7000")
    new = {"pk": None, "description": "Course", "quantity": Decimal(2), "unit_price": Decimal(50), "vat_rate": rate}
    saved = replace_services(
        project, rows=[rows[1], rows[0], new | {"billing_method": "hourly"}], version=1, by=manager
    )
    assert saved.version == 2
    assert list(saved.services.values_list("description", "position", "version")) == [
        ("Development", 0, 1), ("Design", 1, 2), ("Course", 2, 1),
    ]  # fmt: skip


def test_the_same_services_change_nothing_and_a_second_click_is_one_change(project, manager):
    assert replace_services(project, rows=rows_of(project), version=1, by=manager).version == 1
    rows = rows_of(project)[:2]
    for _click in range(2):
        assert replace_services(project, rows=rows, version=1, by=manager).version == 2
    assert project.services.count() == 2


def test_a_service_of_another_project_is_not_touched(project, manager, rate):
    other = ProjectFactory()
    foreign = Service.objects.create(project=other, description="Foreign", unit_price=1, vat_rate=rate)
    rows = rows_of(project)
    rows[0]["pk"] = foreign.pk
    replace_services(project, rows=rows, version=1, by=manager)
    assert (other.services.get().description, project.services.count()) == ("Foreign", 3)


def test_removing_a_service_clears_the_link_of_the_sale(project, manager):
    line = LineFactory(sale=SaleFactory(), service=project.services.first())
    replace_services(project, rows=rows_of(project)[1:], version=1, by=manager)
    line.refresh_from_db()
    assert line.service is None


def test_services_added_by_a_sale_make_an_open_form_stale(project, customer, manager, colleague, rate):
    rows = rows_of(project)
    extra = Line("Extra", Decimal(1), Decimal(100), rate, "hourly")
    added = add_services(hold_project(project, customer=customer), services=[extra], by=colleague)
    assert [service.description for service in added] == ["Extra"]
    assert Project.objects.get(pk=project.pk).updated_by == colleague
    with pytest.raises(Stale):
        replace_services(project, rows=rows, version=1, by=manager)
    assert project.services.count() == 4


def test_a_touched_project_or_service_is_not_untouched(project, manager):
    services = list(project.services.all())
    assert is_untouched(project, services=services, made_for_sale=True)
    rows = rows_of(project)
    rows[0]["quantity"] = Decimal(9)
    replace_services(project, rows=rows, version=1, by=manager)
    project.refresh_from_db()
    assert not is_untouched(project, services=list(project.services.all()), made_for_sale=False)
    assert not is_untouched(project, services=[], made_for_sale=True)


def test_by_method_adds_up_per_billing_method(project):
    methods, total = by_method(project.services.all())
    assert [(str(method.label), method.total) for method in methods] == [
        ("fixed price", Decimal("6500.00")), ("hourly", Decimal("16100.00")), ("subscription", Decimal("1400.00")),
    ]  # fmt: skip
    assert total == Decimal("24000.00")


def test_manager_of_the_project_and_managers_may_edit(project, salesperson, colleague, manager, administrator):
    assert [may_edit(project, user) for user in (salesperson, colleague, manager, administrator)] == [
        True, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, "project_ends_after_it_starts"),
        ({"number": "P1"}, "project_number_is_unique"),
    ],
)
def test_constraints_hold(project, change, name):
    ProjectFactory()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Project.objects.update(**change)
