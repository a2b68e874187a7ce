"""Small files that would cost much: each is read right or refused, and no more is read than what they hold."""

from io import BytesIO
from itertools import islice
from zipfile import ZIP_LZMA, ZipFile

import pytest

from sales.imports.by_mapping.mapping import Mapping
from sales.imports.by_mapping.table import read_table
from sales.imports.parsing import reading
from sales.imports.parsing.reading import (
    UNREADABLE,
    ImportProblem,
    headings,
    lines_of,
    stands_twice,
)
from sales.models.imports import ImportRow, ImportRun
from tests.sales.imports.browser import (
    csv,
    patched,
    sharing,
    whys,
    words,
    workbook,
)

BOOK = workbook(("Deal", "Klant"), ("Kraan", "Van Dam"))
ROWS = [(1, ["Deal", "Klant"]), (2, ["Kraan", "Van Dam"])]
END = b"</sheetData>"


def ending(more: str) -> bytes:
    """The workbook with more at the end of its sheet."""
    return patched(BOOK, END, more.encode() + END)


@pytest.mark.parametrize(
    "more",
    [
        '<row r="1048576"><c r="XFD1048576" s="1"/></row>',
        "".join(f'<row r="{n}" s="1" customFormat="1" ht="20"/>' for n in range(3, 5000)),
        "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>' for n in range(3, 5000)),
        '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t></t></is></c></row>',
    ],
)
def test_formatted_blank_cells_are_no_rows_wherever_they_stand(more):
    assert list(lines_of(ending(more))) == ROWS


@pytest.mark.parametrize("size", ["A1:XFD1048576", "A1:B1", "A1", "B2:B2", "rubbish"])
def test_what_a_workbook_says_of_its_size_is_not_believed(size):
    book = patched(BOOK, b'<dimension ref="A1:B2"', f'<dimension ref="{size}"'.encode())
    assert book != BOOK and list(lines_of(book)) == ROWS


def test_row_that_says_it_stands_far_away_follows_at_once():
    assert list(lines_of(ending('<row r="1048576"><c r="B1048576"><v>5</v></c></row>'))) == [
        *ROWS,
        (1048576, [None, 5]),
    ]


@pytest.mark.parametrize("number", ["100000000", "1048577", "9" * 30])
def test_row_beyond_the_end_of_a_sheet_is_refused(number):
    with pytest.raises(ValueError, match="beyond the end of a sheet"):
        list(lines_of(ending(f'<row r="{number}"><c><v>1</v></c></row>')))


def test_row_that_says_it_is_another_takes_no_place():
    more = '<row r="2"><c r="A2"><v>5</v></c></row><row><c><v>6</v></c><c><v>7</v></c></row>'
    assert list(lines_of(ending(more))) == [*ROWS, (3, [5]), (4, [6, 7])]


@pytest.mark.parametrize("number", ["inf", "1e999", "nan", "9" * 400])
def test_number_of_a_row_that_is_none_is_refused(number):
    with pytest.raises(UNREADABLE):
        list(lines_of(ending(f'<row r="{number}"><c><v>1</v></c></row>')))


def test_span_of_time_that_nobody_counts_is_a_text():
    text = f"PT{'9' * 19}H"
    assert list(lines_of(ending(f'<row><c t="d"><v>{text}</v></c></row>'))) == [*ROWS, (3, [text])]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", END, b"<a>" * 100 + b"</a>" * 100 + END),
        ("xl/workbook.xml", b"<sheets>", b"<sheets>" + b'<sheet name="a" r:id="rId1"/>' * 70_000),
        ("xl/styles.xml", b"<cellXfs", b'<cellXfs count="1">' + b"<xf/>" * 70_000 + b"</cellXfs><cellXfs"),
    ],
)
def test_more_parts_than_any_workbook_has_are_refused(part, old, new):
    with pytest.raises(UNREADABLE, match="too large"):
        list(lines_of(patched(BOOK, old, new, part)))


def test_sheet_that_is_listed_a_thousand_times_is_read_once(monkeypatch):
    book = patched(BOOK, b"</sheets>", b'<sheet name="more" r:id="rId1"/>' * 1000 + b"</sheets>", "xl/workbook.xml")
    opened = []
    real = ZipFile.open
    monkeypatch.setattr(ZipFile, "open", lambda self, name, *rest: opened.append(name) or real(self, name, *rest))
    assert list(lines_of(book)) == ROWS
    assert len(opened) == len(set(opened)) == 5


def test_one_long_text_in_many_cells_is_counted_as_often_as_it_stands_there():
    book = ending('<row><c t="s"><v>0</v></c></row>' * 10_000)
    lines = lines_of(sharing(book, f"<t>{'x' * 30_000}</t>"))
    assert len(list(islice(lines, 6000))) == 6000
    with pytest.raises(UNREADABLE, match="too large"):
        list(lines)


def test_far_cells_are_counted_with_the_gap_before_them():
    lines = lines_of(ending('<row><c r="XFD1"><v>1</v></c></row>' * 3000))
    assert len(list(islice(lines, 1000))) == 1000
    with pytest.raises(UNREADABLE, match="too large"):
        list(lines)


@pytest.mark.parametrize("prolog", [b"<!DOCTYPE a>", b'<!DOCTYPE a [<!ENTITY b "b">]>'])
def test_workbook_that_defines_words_of_its_own_is_refused(prolog):
    with pytest.raises(UNREADABLE):
        list(lines_of(patched(BOOK, b"<worksheet", prolog + b"<worksheet")))


def test_workbook_packed_in_another_way_is_refused_before_it_is_unpacked():
    file = BytesIO()
    with ZipFile(BytesIO(BOOK)) as parts, ZipFile(file, "w", ZIP_LZMA) as copy:
        for name in parts.namelist():
            copy.writestr(name, parts.read(name))
    with pytest.raises(UNREADABLE, match="no spreadsheet packs"):
        lines_of(file.getvalue())


def test_values_of_every_kind_are_read_as_they_are():
    more = (
        '<row><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>a_x000D_b_xD800_</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c>'
        f'<c><v>{"9" * 5000}</v></c><c t="d"><v>2026-03-20</v></c><c t="d"><v>soon</v></c><c><v>1.5E2</v></c></row>'
    )
    line, cells = list(lines_of(ending(more)))[-1]
    assert (line, cells[:5]) == (3, [True, "a\rb_xD800_", "#N/A", "ab", "9" * 5000])
    assert (f"{cells[5]:%Y-%m-%d}", cells[6:]) == ("2026-03-20", ["soon", 150.0])


def test_texts_that_cells_share_are_read_without_the_aids_to_pronounce_them():
    texts = ["<t>Kade</t>", "<r><t>Ro</t></r><r><t>of</t></r><rPh><t>x</t></rPh>", "", "<t>a_x000D_b</t>"]
    cells = "".join(f'<c t="s"><v>{place}</v></c>' for place in range(4))
    assert list(lines_of(sharing(ending(f"<row>{cells}</row>"), *texts)))[2:] == [(3, ["Kade", "Roof", "", "a\rb"])]


def test_headings_are_compared_once_each():
    class Watched(list):
        walks = 0

        def __iter__(self):
            self.walks += 1
            return super().__iter__()

        count = index = __contains__ = None

    names = Watched([*(f"c{n}" for n in range(20_000)), "c7", "b", "b", ""])
    assert (stands_twice(names), names.walks) == ("b", 1)
    assert headings(["a ", None, " b", "", None]) == ["a", "", "b"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_command_refuses_more_cells_than_are_read_at_once(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(reading, "MOST_CELLS", 100)
    rows = [[f"c{n}" for n in range(20)], *([n] for n in range(1, 7))]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(csv(*rows) if kind == "csv" else workbook(*rows))
    with pytest.raises(ImportProblem, match="too large"):
        read_table(path, Mapping({}, {}))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_many_headings_are_counted_before_anything_else(visitor, kind):
    names = [f"c{n}" for n in range(16_000)] + ["c1"]
    content = ",".join(names).encode() + b"\n1" if kind == "csv" else workbook(names[:16_000], [1])
    response = visitor.upload(content, name=f"a.{kind}")

    assert response.status_code == 422
    assert "more than 200 columns" in str(response.context["form"].errors["file"])
    assert ImportRun.objects.count() == 0


@pytest.mark.django_db
def test_what_stands_far_beyond_the_columns_refuses_its_row_and_takes_no_room(visitor, van_dam):
    far = "," * 5000
    visitor.upload(f"Deal,Klant\nKraan,Van Dam{far}\nLoods,Van Dam{far}note{far}\nKade,Van Dam".encode())

    assert list(ImportRow.objects.order_by("line").values_list("cells", flat=True)) == [
        ["Kraan", "Van Dam"], ["Loods", "Van Dam", "note"], ["Kade", "Van Dam"],
    ]  # fmt: skip
    verdicts = visitor.check()
    assert words(verdicts) == ["create", "refused", "create"]
    assert whys(verdicts)[1] == "This row has more cells than there are columns."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('<row r="100000000"><c><v>1</v></c></row>', "cannot be read"),
        ('<row><c r="XFD1"><v>1</v></c></row>' * 3000, "takes too long"),
        ("<a>" * 100 + "</a>" * 100, "takes too long"),
        ('<row r="1e999"><c><v>1</v></c></row>', "cannot be read"),
    ],
)
def test_hostile_workbook_is_refused_beside_the_field(visitor, shelf, more, why):
    response = visitor.upload(ending(more), name="a.xlsx")

    assert response.status_code == 422
    assert why in str(response.context["form"].errors["file"])
    assert (ImportRun.objects.count(), [path for path in shelf.rglob("*") if path.is_file()]) == (0, [])


@pytest.mark.django_db
def test_cells_that_cannot_be_read_refuse_their_rows_and_nothing_else(visitor, van_dam):
    long = "a" + "\u0300\u0316" * 20_000  # putting these marks in order costs the square of their number
    rows = [("1", "Kraan", "Van Dam", ""), ("#N/A", "Loods", "Van Dam", "#REF!"), ("", long, long, long)]
    visitor.upload(csv(("Number", "Deal", "Klant", "Source"), *rows))
    verdicts = visitor.check(key="", update=None, create="on")

    assert words(verdicts) == ["create", "refused", "refused"]
    assert whys(verdicts)[2].count("This text is longer than 1000 characters.") == 3
