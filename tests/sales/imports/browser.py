"""Going through an import as a browser does: upload, columns, words, check, start, undo."""

from io import BytesIO
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from sales.models.imports import ImportRun

# The head of a file as another system writes it.
OTHER_SYSTEM = ("Referentie", "Deal", "Klant", "Stage", "Close date", "Bedrag", "Start", "Reden verloren")


def words(verdicts):
    """The verdicts alone."""
    return [verdict for verdict, _why in verdicts]


def whys(verdicts):
    """The reasons alone."""
    return [why for _verdict, why in verdicts]


def workbook(*rows) -> bytes:
    """An Excel file with these rows."""
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def patched(book: bytes, old: bytes, new: bytes, part: str = SHEET) -> bytes:
    """An Excel file in whose first sheet, or other part, something else stands, as no program writes it."""
    file = BytesIO()
    with ZipFile(BytesIO(book)) as parts, ZipFile(file, "w", ZIP_DEFLATED) as copy:
        for name in parts.namelist():
            copy.writestr(name, parts.read(name).replace(old, new) if name == part else parts.read(name))
    return file.getvalue()


def sharing(book: bytes, *texts: str) -> bytes:
    """The Excel file with a list of texts that its cells can share."""
    named = patched(
        book,
        b"</Relationships>",
        b'<Relationship Id="s" Type="x/sharedStrings" Target="/xl/texts.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels",
    )
    file = BytesIO(named)
    with ZipFile(file, "a", ZIP_DEFLATED) as parts:
        parts.writestr("xl/texts.xml", f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>")
    return file.getvalue()


def csv(*rows, separator=",") -> bytes:
    """A CSV file with these rows."""
    return "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows).encode()


class Browser:
    """One user at the pages of an import."""

    def __init__(self, client):
        self.client = client
        self.run = None

    def post(self, name, **data):
        """A POST to a page of the run, with its version."""
        self.run.refresh_from_db()
        data = {"version": self.run.version} | data
        return self.client.post(reverse(f"sales:{name}", args=[self.run.pk]), data)

    def upload(self, content, *, kind="sales", name="file.csv", token=None):
        """Step 1; the run is what it leads to."""
        file = SimpleUploadedFile(name, content)
        response = self.client.post(
            reverse("sales:import-new"), {"kind": kind, "file": file, "token": token or uuid4()}
        )
        self.run = ImportRun.objects.first() if response.status_code == 302 else None
        return response

    def proposed(self) -> dict:
        """What the columns page would send unchanged."""
        page = self.client.get(reverse("sales:import-columns", args=[self.run.pk]))
        form = page.context["form"]
        values = {bound.name: bound.value() for bound in form}
        return {name: getattr(v, "pk", v) for name, v in values.items() if v not in (None, False)}

    def columns(self, **changed):
        """Step 2: what is proposed, apart from what is `changed`; a list of names for no answer: without."""
        data = self.proposed() | changed
        return self.post("import-columns", **{name: value for name, value in data.items() if value is not None})

    def words(self, **meanings):
        """Step 2b: what is proposed, apart from the words named."""
        form = self.client.get(reverse("sales:import-words", args=[self.run.pk])).context["form"]
        answers = {bound.name: meanings.get(bound.label, bound.value()) for bound in form}
        return self.post("import-words", **answers)

    def go(self):
        """Work until the stage is done."""
        for _time in range(100):
            response = self.post("import-go")
            self.run.refresh_from_db()
            if not self.run.is_at_work:
                return response
        raise AssertionError("it never ends")

    def check(self, **changed):
        """Step 2 and the checking of every row: the page of the preview."""
        response = self.columns(**changed)
        assert response.status_code == 302, response.context["form"].errors
        if response["Location"].endswith("words/"):
            self.words()
        self.go()
        return self.verdicts()

    def start(self):
        """Step 4 to its end."""
        assert self.post("import-start").status_code == 302
        self.go()
        return self.verdicts()

    def undo(self):
        """All of it back."""
        assert self.post("import-undo").status_code == 302
        self.go()

    def verdicts(self) -> list[tuple[str, str]]:
        """Verdict and reason per row."""
        return list(self.run.rows.order_by("line").values_list("verdict", "why"))
