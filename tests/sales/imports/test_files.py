"""Files that are uploaded to be imported: which are read, which are refused, and what is remembered of them."""

import pytest
from django.urls import reverse

from sales.imports import running, uploading
from sales.imports.parsing import workbook as workbooks
from sales.models.imports import ImportRow, ImportRun
from salescrm.models import StoredFile
from tests.factories import RelationFactory
from tests.sales.imports.browser import (
    Browser,
    csv,
    patched,
    words,
    workbook,
)

pytestmark = pytest.mark.django_db


def test_same_file_twice_without_a_key_adds_nothing_twice(visitor, van_dam):
    content = csv(
        ("Deal", "Klant", "Bedrag"), ("Kraan", "Van Dam", "5"), ("Loods", "Van Dam", ""), ("Loods", "Van Dam", "")
    )
    visitor.upload(content)
    assert words(visitor.check()) == ["create", "create", "refused"]
    visitor.start()
    again = Browser(visitor.client)
    again.upload(content)
    assert "has been imported before" in again.client.get(again.run.get_absolute_url(), follow=True).content.decode()
    assert words(again.check()) == ["refused"] * 3
    assert words(again.check(twins="on")) == ["create"] * 3


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", b"%PDF", "Choose a CSV file"), ("a.csv", b" \n", "is empty"), ("a.csv", b"a,b\n", "has no rows"),
        ("a.csv", b"a,a\n1,2", "stands there twice"), ("a.xlsx", b"PK\x03\x04rubbish", "cannot be read"),
        ("a.csv", b'a,b\n"1,2', "cannot be read"), ("a.csv", b",,\n1,2", "The first row"),
        ("a.xlsx", patched(workbook(("a",), (1,)), b"</sheetData>", b""), "cannot be read"),
    ],
)  # fmt: skip
def test_files_that_are_no_table_are_refused_beside_the_field(visitor, name, content, why):
    response = visitor.upload(content, name=name)

    assert response.status_code == 422
    assert why in str(response.context["form"].errors["file"])
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    ("limits", "name", "content", "why"),
    [
        ({"LARGEST_FILE": 5}, "a.csv", b"a,b\n1,2", "larger than 20 MB"),
        ({"MOST_ROWS": 1}, "a.csv", b"a\n1\n2", "more than 100,000 rows"),
        ({"MOST_COLUMNS": 1}, "a.csv", b"a,b\n1,2", "more than 1 columns"),
        ({"PATIENCE": -1}, "a.csv", b"a\n1", "takes too long"),
        ({"PATIENCE": -1}, "a.xlsx", workbook(("a",), (1,)), "takes too long"),
        ({"UNPACKED": 900}, "a.xlsx", workbook(("a",), (1,)), "takes too long"),
    ],
)  # fmt: skip
def test_what_is_too_much_for_one_request_is_refused_and_nothing_kept(
    visitor, monkeypatch, shelf, limits, name, content, why
):
    for limit, value in limits.items():
        monkeypatch.setattr(workbooks if limit == "UNPACKED" else uploading, limit, value)
    response = visitor.upload(content, name=name)

    assert response.status_code == 422
    assert why in str(response.context["form"].errors["file"])
    assert (ImportRun.objects.count(), ImportRow.objects.count()) == (0, 0)
    assert [path for path in shelf.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffDeal;Klant\nKraan;Van Dam".encode(), "Deal\tKlant\r\nKraan\tVan Dam\r\n".encode("utf-16"),
        b'sep=;\nDeal;Klant\n"Kraan";Van Dam', b'"Deal","Klant"\n"Kraan","Van\nDam"',
        workbook(("Deal", "Klant", None), ("Kraan", "Van Dam", None), (None, None, None)),
    ],
)  # fmt: skip
def test_files_of_every_make_are_read(visitor, van_dam, content):
    visitor.upload(content, name="a.xlsx" if content.startswith(b"PK") else "a.csv")

    assert (words(visitor.check()), visitor.run.rows.get().label) == (["create"], "Kraan")


def test_numbers_beyond_all_measure_are_text_that_is_no_amount(visitor, van_dam):
    book = workbook(("subject", "customer", "expected revenue"), ("Roof", "Van Dam", 123.5))
    for number in (b"1e999", b"9" * 400):
        visitor.upload(patched(book, b"123.5", number), name="a.xlsx")
        assert words(visitor.check()) == ["refused"]


def test_same_upload_sent_twice_is_one_run_and_can_be_thrown_away(visitor, van_dam):
    token = "5b7c9f5e-0000-4000-8000-000000000001"
    for _time in range(2):
        visitor.upload(b"Deal\nKraan", token=token)
    assert ImportRun.objects.count() == 1
    response = visitor.columns(create="on")
    assert response.status_code == 422
    assert response.context["form"].errors["create"] == ["For this a column has to be: customer number."]
    page = visitor.client.get(reverse("sales:import-columns", args=[visitor.run.pk])).content.decode()
    assert f'action="{reverse("sales:import-discard", args=[visitor.run.pk])}"' in page  # nothing is lost with it yet
    visitor.post("import-discard")
    assert (ImportRun.objects.count(), ImportRow.objects.count()) == (0, 0)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_file_somebody_worked_on_is_thrown_away_after_a_question_only(visitor, van_dam, headers):
    visitor.upload(csv(("Deal", "Klant"), ("Kraan", "Van Dam")))
    visitor.check()
    url = reverse("sales:import-discard", args=[visitor.run.pk])
    for place in ("import", "import-columns"):
        page = visitor.client.get(reverse(f"sales:{place}", args=[visitor.run.pk])).content.decode()
        assert f'href="{url}" data-dialog' in page and f'action="{url}"' not in page
    page = visitor.client.get(url, headers=headers).content.decode()
    assert "Not import file.csv after all?" in page and f'action="{url}"' in page and ImportRun.objects.exists()
    response = visitor.client.post(url, headers=headers)
    assert response.headers.get("HX-Redirect" if headers else "Location") == reverse("sales:imports")
    assert (ImportRun.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_import_that_was_started_is_not_thrown_away(visitor, van_dam, headers):
    visitor.upload(csv(("Deal", "Klant"), ("Kraan", "Van Dam")))
    visitor.check()
    visitor.start()
    url = reverse("sales:import-discard", args=[visitor.run.pk])
    for response in (visitor.client.get(url, headers=headers), visitor.client.post(url, headers=headers)):
        assert response.headers["HX-Redirect" if headers else "Location"] == visitor.run.get_absolute_url()
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert "This import has been started, so it stays in the list. Undo it instead." in page


@pytest.mark.parametrize("count", [3, 9])
def test_checking_costs_the_same_however_many_rows(visitor, van_dam, manager, count, django_assert_max_num_queries):
    rows = [(f"S{n}", "Van Dam", n) for n in range(count)]
    visitor.upload(csv(("Deal", "Klant", "Bedrag"), *rows))
    visitor.columns()
    with django_assert_max_num_queries(24):
        running.advance(visitor.run, by=manager)
    running.advance(visitor.run, by=manager)
    visitor.post("import-start")
    with django_assert_max_num_queries(32):
        running.advance(visitor.run, by=manager)


def test_mapping_of_the_same_columns_is_offered_again(visitor, van_dam):
    visitor.upload(csv(("Wat", "Wie"), ("Kraan", "Van Dam")))
    visitor.check(**{"column-0": "subject", "column-1": "customer"})
    again = Browser(visitor.client)
    again.upload(csv(("Wat", "Wie"), ("Loods", "Van Dam")))
    proposed = again.proposed()
    assert (proposed["column-0"], proposed["column-1"]) == ("subject", "customer")


def test_columns_that_cannot_make_anything_new_propose_to_update_only(visitor):
    visitor.upload(csv(("Number", "Subject"), (1, "Kade")))

    assert visitor.proposed().get("update") is True
    assert "create" not in visitor.proposed()


def test_columns_and_words_are_one_step_of_four(visitor, van_dam):
    visitor.upload(csv(("Deal", "Klant", "Fase"), ("Kraan", "Van Dam", "Halverwege")))
    assert visitor.columns()["Location"] == reverse("sales:import-words", args=[visitor.run.pk])
    for name in ("columns", "words"):
        page = visitor.client.get(reverse(f"sales:import-{name}", args=[visitor.run.pk])).content.decode()
        steps = page.partition('<ol class="import-steps"')[2].partition("</ol>")[0]
        assert steps.count("<li") == 4 and '<li aria-current="step">Columns and words</li>' in steps


@pytest.mark.parametrize("kind", ["sales", "contacts"])
def test_a_file_that_names_relations_that_are_not_here_says_what_to_do(visitor, van_dam, monkeypatch, kind):
    monkeypatch.setattr(running, "SLICE", 2)
    people = ("Van Dam", "Bos", "Van Dam", "Smit", "")
    first = "Deal" if kind == "sales" else "Naam"
    visitor.upload(csv((first, "Klant"), *((f"Kade {n}", name) for n, name in enumerate(people))), kind=kind)
    verdicts = visitor.check()
    assert words(verdicts) == ["create", "refused", "create", "refused", "refused"]
    assert verdicts[1][1] == "“Bos” is not a relation yet. Add it, or import the relations first."
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    way = f"{reverse('sales:import-new')}?kind=relations"
    assert "2 rows name a relation that is not here yet." in page and f'href="{way}"' in page
    assert visitor.client.get(way).context["form"]["kind"].value() == "relations"

    for name in ("Bos", "Smit"):
        RelationFactory(name=name)
    assert words(visitor.check()) == ["create"] * 4 + ["refused"]
    assert "not here yet" not in visitor.client.get(visitor.run.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ["sales", "relations", "contacts"])
def test_import_says_that_the_disk_failed_and_not_that_the_file_is_no_table(visitor, no_shelf, caplog, kind):
    response = visitor.upload(b"Deal,Klant\nKraan,Van Dam", kind=kind)

    assert response.status_code == 422
    assert "its disk is full or cannot be written" in str(response.context["form"].errors["file"])
    assert response.context["form"]["kind"].value() == kind
    assert "could not be stored" in caplog.text
    assert (ImportRun.objects.count(), ImportRow.objects.count(), StoredFile.objects.count()) == (0, 0, 0)


def test_import_says_that_there_was_no_room_while_the_file_came_in(visitor, settings, no_shelf):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = str(no_shelf / "shelf" / "below")
    response = visitor.upload(b"Deal,Klant\nKraan,Van Dam")

    assert response.status_code == 422
    assert "its disk is full or cannot be written" in str(response.context["form"].errors["file"])
