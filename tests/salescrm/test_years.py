"""Years lie between 1900 and 2199, on every route (rule 20): no form and no model can forget it."""

from datetime import UTC, date, datetime
from importlib import import_module
from io import BytesIO, StringIO
from pkgutil import walk_packages

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import BadRequest, ValidationError
from django.core.management import call_command
from django.db import models
from openpyxl import load_workbook

from sales.models import Sale
from salescrm import url_words
from salescrm.calendar import EARLIEST, LATEST, check_year
from salescrm.exports import workbooks
from salescrm.fields import DayField, DayFormField
from salescrm.templatetags.crm import day, moment, within
from tests.factories import InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory

OURS = ("salescrm", "relations", "invoicing", "projects", "sales", "reports")
ODD = ["0001-01-01", "0026-12-20", "1899-12-31", "2200-01-01", "9999-12-31"]


def our_forms() -> set[type[forms.BaseForm]]:
    """Every form class of the project, whether a page has been opened yet or not."""
    for app in OURS:
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            if ".migrations" not in module.name:
                import_module(module.name)
    known, new = set(), {forms.Form, forms.ModelForm}
    while new:
        known |= new
        new = {child for form in new for child in form.__subclasses__()} - known
    return {form for form in known if form.__module__.split(".")[0] in OURS}


def test_every_day_of_a_model_is_one_of_ours():
    plain = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, models.DateField) and not isinstance(field, DayField | models.DateTimeField)
    ]
    assert plain == []


def test_every_day_of_a_form_is_one_of_ours():
    strange = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField, forms.TimeField)
    known = {form: form.base_fields for form in our_forms()}
    assert len(known) > 30
    assert {field for fields in known.values() for field in fields.values() if isinstance(field, DayFormField)}
    plain = [
        f"{form.__name__}.{name}"
        for form, fields in known.items()
        for name, field in fields.items()
        if isinstance(field, strange) and not isinstance(field, DayFormField)
    ]
    assert plain == []


@pytest.mark.parametrize("text", ODD)
def test_odd_years_are_refused_by_field_model_and_address(text):
    odd = date.fromisoformat(text)
    for refuse in (DayFormField().clean, lambda text: DayField().clean(text, None), lambda text: check_year(odd)):
        with pytest.raises(ValidationError, match="1900"):
            refuse(text)
    with pytest.raises(BadRequest):
        url_words.day(text)


@pytest.mark.parametrize("end", [EARLIEST, LATEST])
def test_the_first_and_the_last_day_there_are_pass(end):
    assert DayFormField().clean(end.isoformat()) == DayField().clean(end, None) == url_words.day(str(end)) == end


def test_a_field_lets_the_day_of_its_record_pass_but_not_what_was_typed_a_step_before():
    class Form(forms.Form):
        on = DayFormField()

    stored = Form({"on": "0026-12-20"}, initial={"on": date(26, 12, 20)})
    assert stored.is_valid()
    assert 'value="0026-12-20"' in str(stored["on"])
    assert "min=" not in str(stored["on"])
    assert not Form({"on": "0027-12-20"}, initial={"on": date(26, 12, 20)}).is_valid()
    assert not Form({"on": "0026-12-20"}, initial={"on": "0026-12-20"}).is_valid()
    assert 'min="1900-01-01" max="2199-12-31"' in str(Form()["on"])


def test_the_model_lets_what_the_database_holds_pass(company, django_assert_num_queries):
    sale = SaleFactory()
    Sale.objects.filter(pk=sale.pk).update(next_step_on=date(26, 12, 20))
    sale.refresh_from_db()
    sale.clean_fields(exclude=["owner", "customer", "phase"])
    sale.next_step_on = date(27, 12, 20)
    with pytest.raises(ValidationError):
        sale.clean_fields(exclude=["owner", "customer", "phase"])
    sale.next_step_on = date(2027, 12, 20)
    with django_assert_num_queries(0):
        Sale._meta.get_field("next_step_on").clean(sale.next_step_on, sale)


def test_every_time_element_has_a_year_of_four_digits(company):
    assert day(date(26, 12, 20)) == '<time datetime="0026-12-20">20 Dec 0026</time>'
    assert day(datetime(26, 12, 20, 12, tzinfo=UTC)) == '<time datetime="0026-12-20">20 Dec 0026</time>'
    assert moment(datetime(26, 12, 20, 12, tzinfo=UTC)).startswith('<time datetime="0026-12-20T12:')


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("date", 'min="1900-01-01" max="2199-12-31"'),
        ("month", 'min="1900-01" max="2199-12"'),
        ("moment", 'min="1900-01-01T00:00" max="2199-12-31T23:59"'),
    ],
)
def test_pickers_know_the_limits(kind, limits):
    assert within(kind) == limits


def test_days_before_those_of_excel_are_text_in_a_workbook():
    file = BytesIO()
    workbooks.write(file, "days", ["a", "b", "c"], [[date(26, 12, 20), date(1900, 1, 1), date(9999, 12, 31)]])
    (_heading, row) = load_workbook(file).active.iter_rows(values_only=True)
    assert [str(value)[:10] for value in row] == ["0026-12-20", "1900-01-01", "9999-12-31"]


def test_command_lists_odd_dates_and_changes_nothing(company, reads_only):
    sale, fine = SaleFactory(subject="Roof"), SaleFactory(expected_end_date=LATEST, start_date=EARLIEST)
    Sale.objects.filter(pk=sale.pk).update(expected_end_date=date(26, 12, 20), next_step_on=date(9999, 12, 31))
    project = ProjectFactory(name="Well", start_date=date(1899, 12, 31))
    invoice = InvoiceFactory(subject="Bill", due_on=date(2200, 1, 1))
    out = StringIO()
    with reads_only():
        call_command("odd_dates", stdout=out)
    lines = [tuple(line.split("\t")) for line in out.getvalue().splitlines()]
    assert sorted(lines[:-1]) == sorted(
        [
            ("invoice", str(invoice.pk), "Draft Bill", "due date", "2200-01-01", f"/invoices/{invoice.pk}/"),
            ("project", str(project.pk), "Well", "start date", "1899-12-31", f"/projects/{project.pk}/"),
            ("sale", str(sale.pk), "Roof", "expected end date", "0026-12-20", f"/sales/{sale.pk}/"),
            ("sale", str(sale.pk), "Roof", "date of the next step", "9999-12-31", f"/sales/{sale.pk}/"),
        ]
    )
    assert lines[-1][0].startswith("4 found.")
    assert ("sale", str(fine.pk)) not in {line[:2] for line in lines[:-1]}


def test_command_lists_notes_with_the_address_of_what_they_are_about(company):
    sale, relation, project = SaleFactory(), RelationFactory(), ProjectFactory()
    at = datetime(26, 12, 20, 12, tzinfo=UTC)
    values = {"text": "Talk", "kind": "call", "by": sale.owner}
    for about in (sale, relation, project):
        about.notes.create(at=at, **values)
        about.notes.create(at=datetime(2199, 12, 31, 22, tzinfo=UTC), **values)
    out = StringIO()
    call_command("odd_dates", stdout=out)
    lines = [tuple(line.split("\t")) for line in out.getvalue().splitlines()[:-1]]
    pages = {f"{about.get_absolute_url()}#timeline" for about in (sale, relation, project)}
    assert {line[-1] for line in lines} == pages
    assert {line[2:5] for line in lines} == {("Call: Talk", "when", "0026-12-20")} and len(lines) == 3


def test_command_says_so_when_there_are_none(company):
    SaleFactory(expected_end_date=date(2026, 3, 20))
    out = StringIO()
    call_command("odd_dates", stdout=out)
    assert out.getvalue() == "No date lies outside the years 1900 to 2199.\n"
