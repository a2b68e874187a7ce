"""Search looks wherever something is written: numbers, addresses, and what was said; and a hit shows where it stood."""

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import ProjectNote
from relations.models import Relation, RelationNote
from sales.models import Sale, SaleNote
from sales.search import query
from sales.search.results import find
from salescrm.models import Team
from tests.factories import ContactFactory, ProjectFactory, RelationFactory, SaleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def van_dam(company):
    return RelationFactory(
        name="Van Dam Logistics", number="R0012", coc_number="12345678", city="Rotterdam", phone="010 123 45 67",
        vat_number="NL123456782B90", iban="NL91ABNA0417164300", mobile="06-12345678", street="Maaskade 114a",
        postcode="3071 NA", website="https://www.vandam-log.example/over", invoice_email="crediteuren@dam.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("vandam-log.example", "https://www.vandam-log.example/over"),
        ("www.vandam-log.example", "https://www.vandam-log.example/over"),
        ("https://vandam-log.example/", "https://www.vandam-log.example/over"),
        ("NL91ABNA0417164300", "NL91 ABNA 0417 1643 00"), ("nl91 abna 0417 1643 00", "NL91 ABNA 0417 1643 00"),
        ("NL91 ABNA 04", "NL91 ABNA 0417 1643 00"),
        ("3071NA", "3071 NA"), ("3071 na", "3071 NA"), ("3071", "3071 NA"), ("3071na rotterdam", "3071 NA"),
        ("maaskade", "Maaskade 114a"), ("maaskade 114a", "Maaskade 114a"), ("114a rotterdam", "Maaskade 114a"),
        ("+31 6 12345678", "06-12345678"), ("0612345678", "06-12345678"), ("0031101234567", "010 123 45 67"),
        ("０６１２３４５６７８", "06-12345678"), ("dam ０１０ 1234567", "010 123 45 67"),
        ("12345678", "12345678"), ("1234.56.78", "12345678"),
        ("NL123456782B90", "NL123456782B90"), ("NL 1234.56.782.B90", "NL123456782B90"),
        ("123456782b90", "NL123456782B90"),
        ("crediteuren", "crediteuren@dam.example"), ("dam rotterdam", ""), ("R0012", ""),
    ],
)  # fmt: skip
def test_a_relation_is_found_by_everything_that_is_known_of_it(van_dam, manager, text, place):
    RelationFactory(name="Somebody else", phone="020 1112233", postcode="3071 NB", mobile="0612345679")
    hits = next(group.hits for group in find(text, manager) if group.kind == "relation")
    assert "Van Dam Logistics" in [hit.title for hit in hits]
    notes = next(hit.notes for hit in hits if hit.title == "Van Dam Logistics")
    assert notes == ["", "R0012", "Rotterdam", place]
    assert Relation.objects.search(text).filter(pk=van_dam.pk).exists()


def test_a_compact_postcode_is_found_with_a_space(company, manager):
    acme = RelationFactory(name="Acme", postcode="1234AB", city="Ede")
    for text in ("1234AB", "1234 AB", "1234 ab ede", "1234ab ede"):
        assert list(Relation.objects.search(text)) == [acme]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("010 7654321", "010 7654321", ""), ("0687654321", "06-87654321", ""), ("jansen", "", "010 7654321")],
)
def test_a_contact_person_shows_the_number_that_was_typed(company, manager, text, first, last):
    person = RelationFactory(kind="person", name="Jansen", sort_key="jansen")
    ContactFactory(person=person, phone="010 7654321", mobile="06-87654321")
    (group,) = [group for group in find(text, manager) if group.kind == "contact"]
    assert (group.hits[0].notes[0], group.hits[0].notes[-1]) == (first, last)


@pytest.mark.parametrize(
    ("text", "first"),
    [("+31 6 1122 3344", "06-11223344"), ("0205550000", "020 5550000"), ("0107654321", "010 7654321")],
)
def test_a_contact_person_shows_the_own_number_that_was_typed(company, manager, text, first):
    person = RelationFactory(kind="person", name="Jansen", sort_key="jansen", mobile="06-11223344", phone="020 5550000")
    ContactFactory(person=person, phone="010 7654321")
    (group,) = [group for group in find(text, manager) if group.kind == "contact"]
    assert group.hits[0].notes[0] == first


# What was said


@pytest.fixture
def noted(van_dam, salesperson, manager):
    """A note about each kind of record that one writes about, and what stands in the record itself."""
    sale = SaleFactory(subject="Roof", customer=van_dam, owner=salesperson)
    mine = {"by": salesperson, "updated_by": salesperson}
    SaleNote.objects.create(sale=sale, text="Mevrouw belde over de dakgoot", kind="call", **mine)
    RelationNote.objects.create(relation=van_dam, text="Dakgoot lekt <b>al weer</b>", **mine)
    ProjectNote.objects.create(project=ProjectFactory(name="Harbour", customer=van_dam), text="dakgoot besteld", **mine)
    SaleFactory(subject="Shed", customer=van_dam, owner=salesperson, note="Let op de dakgoot")
    Relation.objects.filter(pk=van_dam.pk).update(note="Houdt van dakgoten")
    return sale


def notes(text: str, user) -> dict[tuple[str, str], str]:
    """The notes that were found: where, of what kind, and what is shown of them."""
    hits = [hit for group in find(text, user, limit=20) if group.kind == "note" for hit in group.hits]
    return {(hit.title, hit.badge): hit.notes[0] for hit in hits}


def test_notes_and_calls_are_found_by_what_they_say(noted, manager):
    assert notes("dakgo", manager) == {
        ("Roof", "Call"): "Mevrouw belde over de dakgoot", ("Van Dam Logistics", "Note"): "Dakgoot lekt <b>al weer</b>",
        ("Harbour", "Note"): "dakgoot besteld", ("Shed", "Note"): "Let op de dakgoot",
    } | notes("dakgoten", manager)  # fmt: skip
    assert notes("dakgoten", manager) == {("Van Dam Logistics", "Note"): "Houdt van dakgoten"}
    assert notes("dákgoot lekt", manager) == {("Van Dam Logistics", "Note"): "Dakgoot lekt <b>al weer</b>"}
    assert notes("d", manager) == {}


def test_a_note_leads_to_the_timeline_and_is_shown_as_text(noted, manager, as_user):
    html = as_user(manager).get(reverse("search"), {"q": "lekt"}).content.decode()
    assert f'href="/relations/{noted.customer_id}/#timeline"' in html
    assert "Dakgoot lekt &lt;b&gt;al weer&lt;/b&gt;" in html
    assert "Look in the whole list" not in html


@pytest.mark.parametrize(("visible", "seen"), [("all", True), ("team", False), ("own", False)])
def test_what_was_said_of_a_sale_is_found_by_who_sees_the_sale(noted, salesperson, colleague, switch, visible, seen):
    switch(sales_visible=visible)
    for title in (("Roof", "Call"), ("Shed", "Note")):
        assert title in notes("dakgoot", salesperson)
        assert (title in notes("dakgoot", colleague)) is seen
    Team.objects.create(name="North").members.add(salesperson, colleague)
    assert (("Roof", "Call") in notes("dakgoot", type(colleague).objects.get(pk=colleague.pk))) is (visible != "own")
    assert ("Harbour", "Note") in notes("dakgoot", colleague)


def test_what_was_said_of_a_sale_in_the_trash_is_not_found(noted, manager):
    Sale.objects.update(trashed=True)
    assert {title for title, _badge in notes("dakgoot", manager)} == {"Van Dam Logistics", "Harbour"}


def test_without_a_right_no_notes_are_found(noted, manager):
    manager.groups.clear()
    assert notes("dakgoot", type(manager).objects.get(pk=manager.pk)) == {}


def test_of_a_long_note_the_part_is_shown_in_which_it_stands(noted, manager):
    text = "Eerst iets anders. " * 40 + "Toen kwam de serre ter sprake. " + "En nog veel meer. " * 40
    note = SaleNote.objects.create(sale=noted, text=text, by=manager, updated_by=manager, at=timezone.now())
    excerpt = notes("serre", manager)["Roof", "Note"]
    assert "kwam de serre ter sprake" in excerpt and len(excerpt) < 170 and excerpt[0] == excerpt[-1] == "…"
    SaleNote.objects.filter(pk=note.pk).update(text="serre" + "e" * 5000)
    assert len(notes("serre", manager)["Roof", "Note"]) < 170


def test_a_note_may_be_of_any_length(noted, manager):
    text = " ".join(f"woord{number}" for number in range(60_000))
    SaleNote.objects.create(sale=noted, text=text + "e\u0301\u0316" * 60_000, by=manager, updated_by=manager)
    assert ("Roof", "Note") in notes("woord17", manager)


def test_of_a_note_of_any_length_no_more_is_looked_at_than_is_found(noted, manager, monkeypatch):
    sizes, fold = [], query.words
    monkeypatch.setattr(query, "words", lambda text: sizes.append(len(text)) or fold(text))
    marks = "\u094d\u093c" * 5000  # putting these in order costs the square of their number
    text = f"{marks} en verder over het nieuwe dakterras {'en zo voort ' * 50_000}"
    Sale.objects.filter(pk=noted.pk).update(note=text)
    assert "dakterras" in notes("dakterras", manager)["Roof", "Note"]
    assert 0 < max(sizes) <= query.LONGEST_TOKEN
    assert sum(sizes) < 2 * query.SEARCHED
