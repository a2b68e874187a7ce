"""Files of any length: what a workbook holds, from memory or from the disk, and never half of it."""

import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from django.test import RequestFactory
from openpyxl import load_workbook

from salescrm.exports import downloads, workbooks
from salescrm.exports.downloads import Table
from salescrm.exports.workbooks import LONGEST

KINDS = ["csv", "xlsx"]

pytestmark = pytest.mark.django_db


def respond(rows, kind="xlsx", heading=("Name", "Amount")):
    return downloads.respond(RequestFactory().get("/"), Table("figures", heading, rows), kind)


def read(response):
    """What a file on the disk holds; it is gone afterwards."""
    content = b"".join(response)
    response.file_to_stream.close()  # closing the response would close the connection of the test
    return content


def cells(row):
    """The cells of the first row under the heading."""
    response = respond([row], heading=[f"Column {number}" for number in range(len(row))])
    return load_workbook(io.BytesIO(response.content)).active[2]


def test_workbook_holds_numbers_days_and_text_as_such():
    row = cells([7, Decimal("1234.50"), Decimal("0.1250"), Decimal(3), date(2026, 3, 1), "A & <B> ]]>", "🙂é"])
    assert [cell.value for cell in row] == [
        7, 1234.5, 0.125, 3, row[4].value, "A & <B> ]]>", "🙂é",
    ]  # fmt: skip
    assert row[4].value.date() == date(2026, 3, 1)
    assert [cell.number_format for cell in row] == [
        "General", "#,##0.00", "#,##0.0000", "#,##0", "yyyy-mm-dd", "General", "General",
    ]  # fmt: skip


def test_workbook_has_a_bold_heading_that_stays_in_sight():
    sheet = load_workbook(io.BytesIO(respond([["A", 1]]).content)).active
    assert (sheet.title, sheet.freeze_panes, sheet.column_dimensions["A"].width) == ("figures", "B2", 32)
    assert [(cell.value, cell.font.b) for cell in sheet[1]] == [("Name", True), ("Amount", True)]
    assert not sheet["A2"].font.b


def test_workbook_keeps_spaces_and_lines_and_leaves_empty_what_is_empty():
    assert [cell.value for cell in cells([" a ", "one\ntwo", None, "", "end"])] == [
        " a ", "one\ntwo", None, None, "end",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+31 6", "-1", "@SUM(A1)", "'quoted"])
def test_workbook_holds_text_as_text_and_nothing_in_front_of_it(text):
    """A cell of a workbook says that it is text, so none is a formula; a cell of CSV cannot."""
    sheet = load_workbook(io.BytesIO(respond([[text, 1]], heading=[text, "Amount"]).content)).active
    assert [(cell.value, cell.data_type) for cell in (sheet["A1"], sheet["A2"])] == [(text, "s")] * 2
    exported = text if text[0] == "'" else f"'{text}"
    lines = respond([[text, 1]], "csv", heading=[text, "Amount"]).content.decode("utf-8-sig").splitlines()
    assert lines == [f"{exported},Amount", f"{exported},1"]


def test_characters_no_file_can_hold_fall_off():
    broken = "a\x00b\x0bc\x1fd\ufffee\uffffg\ud800h\udfffi\ufffd🙂"
    assert [cell.value for cell in cells([broken, "\uffff=1"])] == ["abcdeghi\ufffd🙂", "=1"]
    assert respond([[broken, 1]], "csv").content.decode("utf-8-sig").splitlines()[1] == "abcdeghi\ufffd🙂,1"
    assert load_workbook(io.BytesIO(respond([], heading=["a\ufffe"]).content)).active["A1"].value == "a"


def test_text_longer_than_a_cell_may_be_shows_that_it_is_cut():
    whole, cut = (cell.value for cell in cells(["x" * LONGEST, "y" * (LONGEST + 1)]))
    assert whole == "x" * LONGEST
    assert cut == "y" * (LONGEST - 1) + "…"


def test_more_columns_than_letters():
    assert [cell.value for cell in cells(list(range(60)))] == list(range(60))


def test_table_without_rows_is_a_heading():
    sheet = load_workbook(io.BytesIO(respond([]).content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Name", "Amount"]]
    assert respond([], "csv").content.decode("utf-8-sig") == "Name,Amount\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_large_file_comes_from_the_disk_and_is_the_same(kind, monkeypatch):
    rows = [["A", Decimal("1.50")], ["=B", None]]
    small = respond(rows, kind)
    monkeypatch.setattr(downloads, "IN_MEMORY", 10)
    large = respond(rows, kind)

    assert (small.streaming, large.streaming) == (False, True)
    assert large["Content-Disposition"] == small["Content-Disposition"] == f'attachment; filename="figures.{kind}"'
    assert (large["Content-Type"], large["Cache-Control"]) == (small["Content-Type"], "no-store")
    content = read(large)
    assert large["Content-Length"] == str(len(content))
    if kind == "csv":
        assert content == small.content
    else:
        first, second = (load_workbook(io.BytesIO(raw)).active.values for raw in (small.content, content))
        assert list(first) == list(second)


@pytest.mark.parametrize("kind", KINDS)
def test_more_rows_than_a_file_may_hold_are_refused_never_cut(kind, monkeypatch, company):
    monkeypatch.setattr(downloads, "MOST_ROWS", 2)
    assert respond([["A", 1], ["B", 2]], kind).status_code == 200
    refused = respond([["A", 1], ["B", 2], ["C", 3]], kind)
    assert refused.status_code == 422
    assert "Content-Disposition" not in refused
    assert b"A file holds at most 2 rows, and this list has more." in refused.content


def test_sheet_of_more_bytes_than_a_workbook_may_hold_is_refused(monkeypatch, company):
    monkeypatch.setattr(workbooks, "LARGEST", 5_000)
    assert respond([["A", 1]] * 5).status_code == 200
    refused = respond([["A" * 1_000, 1]] * 5)
    assert (refused.status_code, "Content-Disposition" in refused) == (422, False)
    assert b"So much text does not fit in an Excel file." in refused.content
    assert b"rows, and this list has more" not in refused.content
    assert respond([["A" * 1_000, 1]] * 5, "csv").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_wrong_halfway_is_an_error_and_no_file(kind):
    def rows():
        yield ["A", 1]
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        respond(rows(), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_the_rows(kind, monkeypatch):
    monkeypatch.setattr(downloads, "IN_MEMORY", 10)

    def rows(count):
        return ([f"Name {number}", Decimal(number)] for number in range(count))

    peaks = []
    for count in (5_000, 40_000):
        tracemalloc.start()
        response = respond(rows(count), kind)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        response.file_to_stream.close()
    assert peaks[1] < 1.5 * peaks[0]
