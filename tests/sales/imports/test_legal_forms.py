"""A file names an organization in its own spelling: the same form is recognised, another one is asked about."""

from io import StringIO

import pytest
from django.core.management import call_command

from relations.models import Contact, Relation
from relations.naming import apply_names
from sales.models import Sale
from tests.factories import RelationFactory
from tests.sales.imports.browser import (
    Browser,
    csv,
    whys,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(manager, as_user):
    return Browser(as_user(manager))


@pytest.fixture
def acme(company):
    relation = RelationFactory(
        name="Proefbedrijf Alfa BV", number="R1", city="Utrecht", website="https://proef-alfa.example",
        email="info@proef-alfa.example",
    )  # fmt: skip
    apply_names(relation)
    relation.save()
    return relation


def relations(visitor, *rows, **columns) -> list[tuple[str, str]]:
    visitor.upload(csv(("Naam", "Plaats", "Website", "E-mail"), *rows), kind="relations")
    return visitor.check(**columns)


@pytest.mark.parametrize("key", ["name", "email"])
def test_the_same_company_in_another_spelling_is_recognised_and_not_renamed(visitor, acme, key):
    row = ("Proefbedrijf Alfa B.V.", "Zeist", "https://proef-alfa.example", "info@proef-alfa.example")
    assert relations(visitor, row, key=key) == [("update", "")]
    visitor.start()
    assert list(Relation.objects.values_list("name", "city")) == [("Proefbedrijf Alfa BV", "Zeist")]


@pytest.mark.parametrize(
    "row",
    [
        ("Proefbedrijf Alfa", "", "", ""), ("Proefbedrijf Alfa GmbH", "", "", ""),
        ("Proefbedrijf Alfa N.V.", "", "", ""),
        ("Alfa Nederland", "", "", "jan@proef-alfa.example"), ("Alfa Nederland", "", "www.proef-alfa.example/nl", ""),
    ],
)  # fmt: skip
def test_what_looks_like_a_company_is_asked_about_unless_one_wants_it_new(visitor, acme, row):
    ((verdict, why),) = relations(visitor, row, key="name")
    assert (verdict, "It looks like Proefbedrijf Alfa BV (R1)" in why) == ("refused", True)
    assert words(relations(visitor, row, key="name", twins="on")) == ["create"]


def test_one_file_may_name_two_forms_but_not_one_twice(visitor, company):
    names = ("Nieuw B.V.", "Nieuw N.V.", "Nieuw bv")
    assert words(relations(visitor, *((name, "", "", "") for name in names), key="name")) == [
        "create", "create", "refused",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "verdict"), [
    ("Proefbedrijf Alfa B.V.", "create"), ("proefbedrijf alfa bv", "create"), ("Proefbedrijf Alfa", "refused"),
    ("Proefbedrijf Alfa GmbH", "refused"),
])  # fmt: skip
def test_sales_and_contact_persons_go_to_the_company_in_any_spelling(visitor, acme, phases, name, verdict):
    visitor.upload(csv(("Deal", "Klant"), ("Roof", name)))
    verdicts = visitor.check()
    assert words(verdicts) == [verdict]
    if verdict == "refused":
        assert "looks like Proefbedrijf Alfa BV" in whys(verdicts)[0]
    visitor.start()
    assert list(Sale.objects.values_list("customer", flat=True)) == [acme.pk] * (verdict == "create")
    visitor.upload(csv(("Bedrijf", "Contactpersoon"), (name, "Jan Bos")), kind="contacts")
    assert words(visitor.check()) == [verdict]
    visitor.start()
    assert list(Contact.objects.values_list("organization", flat=True)) == [acme.pk] * (verdict == "create")


MAPPING = """
[columns]
reference = "id"
stage = "stage"
customer = "account"
owner = "agent"
[stages]
new = { phase = 1 }
"""


def test_the_command_takes_the_spellings_of_a_name_for_one_and_asks_about_other_forms(acme, phases, tmp_path):
    rows = ["id,stage,account,agent", "1,new,Proefbedrijf Alfa B.V.,Jo", "2,new,Beta BV,Jo", "3,new,Beta B.V.,Jo",
            "4,new,Beta N.V.,Jo", "5,new,Proefbedrijf Alfa GmbH,Jo"]  # fmt: skip
    (tmp_path / "file.csv").write_text("\n".join(rows))
    (tmp_path / "map.toml").write_text(MAPPING)
    output = StringIO()
    call_command("import_sales", tmp_path / "file.csv", mapping=str(tmp_path / "map.toml"), commit=True, stdout=output)
    assert "line 6 5 reject: “Proefbedrijf Alfa GmbH” looks like Proefbedrijf Alfa BV" in output.getvalue()
    customers = dict(Sale.objects.values_list("external_reference", "customer__name"))
    assert customers == {"1": "Proefbedrijf Alfa BV", "2": "Beta BV", "3": "Beta BV", "4": "Beta N.V."}
