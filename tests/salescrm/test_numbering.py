"""Number patterns, and what happens when another pattern leads to the same numbers again (rule 22)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from projects.opening import NewProject, open_project
from relations.models import RelationType
from relations.saving import create_relation
from salescrm.calendar import today
from salescrm.numbering import NumberSeries, meant, validate_pattern
from tests.factories import ProjectFactory, RelationFactory


def numbered(kind, pattern):
    NumberSeries.objects.filter(kind=kind).update(pattern=pattern)


def relation(by):
    values = {"name": "Acme", "relation_type": RelationType.objects.proposed()}
    return create_relation(kind="organization", values=values, by=by, token=None).number


def test_relation_numbers_that_are_taken_are_passed_over(salesperson):
    RelationFactory(number=f"{today().year}-0002")
    numbered("relation", "{year}-{seq:04}")
    first = [relation(salesperson), relation(salesperson)]
    numbered("relation", f"{today().year}-{{seq:04}}")
    again = [relation(salesperson), relation(salesperson)]
    assert first + again == [f"{today().year}-{number:04}" for number in (1, 3, 4, 5)]


def test_project_numbers_that_are_taken_are_passed_over(salesperson):
    numbered("project", "P{seq}")
    ProjectFactory(number="P1")
    new = NewProject("Roof", None, salesperson, None, None, "")
    opened, _services = open_project(customer=RelationFactory(), project=new, services=[], by=salesperson)
    assert opened.number == "P2"


@pytest.mark.parametrize("pattern", ["{seq}", "P{year}-{seq:04}", "x" * 24 + "{seq}"])
def test_pattern_with_one_sequence_is_fine(pattern):
    validate_pattern(pattern)


@pytest.mark.parametrize("pattern", ["", "{year}", "{seq}{seq}", "{seq:4}", "{seq}}", "x" * 25 + "{seq}"])
def test_pattern_that_gives_no_number_or_too_long_ones_is_refused(pattern):
    with pytest.raises(ValidationError):
        validate_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "typed", "number"),
    [
        ("P{year}-{seq:04}", "12", "P2026-0012"),
        ("P{year}-{seq:04}", "p12", "P2026-0012"),
        ("P{year}-{seq:04}", "p 0012", "P2026-0012"),
        ("P{year}-{seq:04}", "2026-12", "P2026-0012"),
        ("P{year}-{seq:04}", "P 2024 0012", "P2024-0012"),
        ("P{year}-{seq:04}", "p20260012", "P2026-0012"),
        ("P-{seq:04}", "P-0012", "P-0012"),
        ("P-{seq:04}", "12", "P-0012"),
        ("{year}-{seq:04}", "20260007", "2026-0007"),
        ("{year}-{seq:04}", "7", "2026-0007"),
        ("{year}-{seq:04}", "7", "2022-0007"),
        ("{seq}/{year}", "7", "7/2026"),
        ("{seq}/{year}", "7-2025", "7/2025"),
        ("{year}-{seq:04}/{year}", "7", "2026-0007/2026"),
        ("{year}-{seq:04}/{year}", "2025-7/2025", "2025-0007/2025"),
        ("{year}{year}/{seq}/{year}", "2025 2025 7 2025", "20252025/7/2025"),
    ],
)
def test_numbers_are_known_by_what_people_type_of_them(company, pattern, typed, number):
    numbered("project", pattern)
    assert number in meant(typed, on=date(2026, 3, 1))


@pytest.mark.parametrize("typed", ["", "roof", "p", "12a", "roof 12", "x12", "1" * 40, "²", "١٢"])
def test_other_texts_mean_no_number(company, typed):
    for kind in ("project", "relation", "invoice"):
        numbered(kind, "P{year}-{seq:04}")
    assert meant(typed, on=date(2026, 3, 1)) == set()


def test_numbers_cost_a_statement_only_when_there_is_a_digit(company, django_assert_num_queries):
    with django_assert_num_queries(0):
        meant("roof", on=date(2026, 3, 1))
    with django_assert_num_queries(1):
        meant("12", on=date(2026, 3, 1))
