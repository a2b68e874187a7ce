"""Rows that are refused in the browser, each with its reason, and those that find their record another way."""

from decimal import Decimal

import pytest
from django.urls import reverse

from sales.imports.cells import Reading, amount, written
from sales.transitions import lose
from sales.trashing import trash
from tests.factories import PersonFactory, RelationFactory, SaleFactory
from tests.sales.imports.browser import csv, whys, words
from tests.sales.imports.test_browser import table

pytestmark = pytest.mark.django_db


def test_amounts_of_refused_rows_are_rounded_as_they_are_read():
    cells = [0.125, 0.335, 12.5, 2.685]
    assert [written(cell, Reading("nl")) for cell in cells] == ["0,13", "0,34", "12,50", "2,69"]
    assert [amount(cell, Reading("nl")) for cell in cells] == [Decimal("0.13"), Decimal("0.34"), 12.5, Decimal("2.69")]


@pytest.mark.parametrize("cell", [1e300, -1.7e308, 5e-324])
def test_number_of_any_size_is_written_with_the_refused_rows(cell):
    assert float(written(cell, Reading("en"))) == round(cell, 2)


def test_every_way_a_relation_is_refused_is_said(visitor, van_dam):
    RelationFactory(name="Dubbel")
    RelationFactory(name="Dubbel")
    RelationFactory(name="Met nummer", coc_number="12345678")
    visitor.upload(
        csv(
            ("Bedrijfsnaam", "KvK", "E-mail", "Soort"),
            ("Dubbel", "", "", ""), ("Nieuw", "123", "", ""), ("Nieuw 2", "", "geen adres", ""),
            ("Van Dam", "", "", "organisatie"), ("van dam", "", "", ""), ("Van Dam B.V.", "", "", ""),
            ("Anders", "1234 5678", "", ""), ("Jan Smit", "", "", "persoon"), ("", "", "a@b.nl", ""),
        ),
        kind="relations",
    )  # fmt: skip
    verdicts = visitor.check(key="name")

    assert words(verdicts) == [
        "refused", "refused", "refused", "unchanged", "refused", "create", "refused", "create", "refused",
    ]  # fmt: skip
    assert [
        part for part, why in zip(
            ["2 records fit", "KvK: ", "E-mail: ", "line 5 already", "looks like Met nummer", "no name"],
            [why for why in whys(verdicts) if why], strict=True,
        ) if part in why
    ] == ["2 records fit", "KvK: ", "E-mail: ", "line 5 already", "looks like Met nummer", "no name"]  # fmt: skip


def test_number_of_a_merged_relation_finds_the_one_that_was_kept(visitor, van_dam):
    RelationFactory(name="Oud", number="R-9", is_active=False, merged_into=van_dam)
    visitor.upload(csv(("Nummer", "Plaats"), ("R-9", "Gouda")), kind="relations")

    assert words(visitor.check(create=None)) == ["update"]
    visitor.start()
    van_dam.refresh_from_db()
    assert van_dam.city == "Gouda"


def test_sales_that_cannot_be_changed_are_refused_with_the_reason(visitor, manager, van_dam, phases):
    lost, again, gone, person = (SaleFactory(customer=van_dam) for _time in range(4))
    for sale in (lost, again):
        lose(sale, reason=None, lost_to=None, version=1, by=manager)
    trash(gone, version=1, by=manager)
    PersonFactory(first_name="Piet", prefix="", family_name="Pers", number="R-7")
    phases[75].is_active = False
    phases[75].save()
    visitor.upload(
        csv(
            ("Nummer", "Onderwerp", "Klant", "Fase", "Status", "Verwachte omzet"),
            (lost.pk, "", "", "", "", 5), (again.pk, "", "", "", "open", ""), (gone.pk, "x", "", "", "", ""),
            (person.pk, person.subject, "Piet Pers", "", "", ""), (999999, "", "", "", "", ""),
            ("", "x", "Van Dam", "Negotiation", "", ""),
            ("", "y", "Van Dam", "Nergens", "", ""), ("", "", "Van Dam", "", "", ""), ("", "z", "", "", "", ""),
        ),
    )  # fmt: skip
    verdicts = visitor.check()

    assert words(verdicts) == ["refused"] * 9
    parts = [
        "closed, so this stays", "Reopen it first", "in the trash", "Sales to persons are switched off",
        "no sale with the number", "retired", "“Nergens” is unknown here", "no subject", "no customer",
    ]  # fmt: skip
    assert [part for part, why in zip(parts, whys(verdicts), strict=True) if part in why] == parts, whys(verdicts)
    rejected = table(visitor.client.get(reverse("sales:import-refused", args=[visitor.run.pk])).content, "csv")
    assert len(rejected) == 10 and rejected[0][-1] == "Reason of refusal" and rejected[3][:2] == [str(gone.pk), "x"]
    assert visitor.post("import-start").status_code == 302


def test_columns_that_lack_are_named_as_the_middle_of_a_sentence_is_written(visitor):
    visitor.upload(csv(("Bedrag", "Fase"), ("10", "Voorstel")))
    response = visitor.columns(create=True)

    assert response.status_code == 422
    assert response.context["form"].errors["create"] == ["For this a column has to be: subject, customer number."]
