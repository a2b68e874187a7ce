"""A form of a sale that a colleague moved to the trash meanwhile: it says so, to who may know, and loses nothing."""

import re
from uuid import uuid4

import pytest
from django import forms

from projects.forms import ProjectForm
from sales.forms import AcceptForm, CorrectForm, LineForm, LoseForm, ProbabilityForm, SaleForm
from sales.models import Sale, SaleNote
from sales.sale_page.change_forms import FORMS as CHANGES
from sales.trashing import trash
from salescrm.notes.forms import FilesField, NoteForm
from tests.factories import SaleFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
IN_DIALOG = {**HTMX, "HX-Target": "dialog"}


@pytest.fixture
def sale(salesperson, manager, phases):
    sale = SaleFactory(owner=salesperson, subject="Roof", phase=phases[50])
    trash(sale, version=1, by=manager)
    return sale


FORMS = {
    "edit": {"subject": "Roof of slate", "note": "Two\nlines", "expected_revenue": "12,50"},
    "change/amount": {"expected_revenue": "12,50"},
    "change/step": {"next_step": "Call <them>"},
    "lines": {"lines-TOTAL_FORMS": "1", "lines-0-description": "Slates"},
    "accept": {"step": "project", "project-name": "Roof 2"},
    "lose": {"lost_to": "", "lost_to_text": "Rival"},
    "probability": {"probability": "60"},
    "notes/new": {"text": "They called back"},
    "step-done": {},
    "postpone": {"ahead": "week"},
    "move": {"phase": "1"},
    "undo": {},
    "lines/total": {},
    "reopen": {},
    "duplicate": {"subject": "Roof of slate"},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_so_and_shows_what_was_typed(form, sale, salesperson, as_user):
    sent = {"version": 1, "token": str(uuid4()), **FORMS[form]}
    answer = as_user(salesperson).post(f"/sales/{sale.pk}/{form}/", sent)
    text = answer.content.decode()
    assert (answer.status_code, "Mila Brand moved it there" in text, "<h1>" in text) == (409, True, True)
    assert ("A manager can restore it." in text, f"/sales/{sale.pk}/trash/" in text) == (True, False)
    for word, value in FORMS[form].items():
        if word not in ("step", "ahead", "phase", "lines-TOTAL_FORMS") and value:
            assert value.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>") in text
    assert (Sale.objects.count(), Sale.objects.get().version, SaleNote.objects.count()) == (1, 2, 0)


@pytest.mark.parametrize(
    "form",
    [SaleForm, LineForm, ProbabilityForm, NoteForm, ProjectForm, AcceptForm, LoseForm, CorrectForm, *CHANGES.values()],
)
def test_every_text_somebody_may_have_typed_is_shown_with_its_label(form, sale, salesperson, as_user):
    not_typed = (forms.ChoiceField, forms.ModelChoiceField, forms.BooleanField, forms.FileField, FilesField)
    typed = [
        name for name, field in form.base_fields.items()
        if not isinstance(field, not_typed) and not field.widget.is_hidden
    ]  # fmt: skip
    sent = {f"x-{name}": f"typed {place}" for place, name in enumerate(typed)}
    text = as_user(salesperson).post(f"/sales/{sale.pk}/edit/", sent | {"version": 1}).content.decode()
    assert [value for value in sent.values() if f"<dd>{value}</dd>" not in text] == []
    assert text.count("<dd>") == len(sent)


def test_what_was_typed_has_the_name_of_its_field_and_what_was_chosen_is_left_out(sale, salesperson, as_user):
    sent = {
        "subject": "Roof of slate", "lines-0-unit_price": "12,50", "customer_text": "Acme", "lost_to_text": "Rival",
        "explanation": "Too dear", "text": "They called", "at": "2026-03-20T14:30", "project-name": "Roof 2",
        "probability": "60", "owner": "3", "phase": "2", "kind": "call", "version": "1", "token": "x",
    }  # fmt: skip
    text = as_user(salesperson).post(f"/sales/{sale.pk}/edit/", sent).content.decode()
    assert re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", text) == [
        ("Subject", "Roof of slate"), ("Unit price", "12,50"), ("Customer", "Acme"), ("Lost to competitor", "Rival"),
        ("Explanation of the loss", "Too dear"), ("Text", "They called"), ("When", "2026-03-20T14:30"),
        ("Name", "Roof 2"), ("Probability", "60"),
    ]  # fmt: skip


def test_days_are_shown_as_people_read_them_and_rubbish_as_it_was_typed(sale, salesperson, as_user):
    sent = {"version": 1, "start_date": "2026-03-20", "expected_end_date": "soon"}
    text = as_user(salesperson).post(f"/sales/{sale.pk}/edit/", sent).content.decode()
    assert ("<dd>20 Mar 2026</dd>" in text, "<dd>soon</dd>" in text) == (True, True)


@pytest.mark.parametrize("form", FORMS)
def test_htmx_is_told_above_the_form_which_stays(form, sale, salesperson, as_user):
    answer = as_user(salesperson).post(f"/sales/{sale.pk}/{form}/", {"version": 1, **FORMS[form]}, headers=HTMX)
    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Reswap"], "HX-Retarget" in answer) == (409, "afterbegin", False)
    assert text.strip().startswith('<div class="notice"')
    assert ("Mila Brand moved it there" in text, "target=" in text, "<h1>" in text) == (True, False, False)


def test_who_may_look_in_the_trash_gets_a_link(sale, administrator, as_user):
    desk = as_user(administrator)
    for headers in ({}, HTMX):
        text = desk.post(f"/sales/{sale.pk}/edit/", {"version": 1}, headers=headers).content.decode()
        assert (f'href="/sales/{sale.pk}/trash/"' in text, "A manager can restore it" in text) == (True, False)


def test_card_of_the_board_is_told_about_above_the_board(sale, salesperson, as_user):
    sent = {"version": 1, "phase": sale.phase_id, "board": "q=roof"}
    answer = as_user(salesperson).post(
        f"/sales/{sale.pk}/move/", sent, headers={**HTMX, "HX-Target": f"card-{sale.pk}"}
    )
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#board-messages")
    answer = as_user(salesperson).post(f"/sales/{sale.pk}/lose/", sent, headers=IN_DIALOG)
    assert (answer.status_code, "HX-Retarget" in answer) == (409, False)


@pytest.mark.parametrize("form", ["edit", "accept", "lose", "change/amount", "lines", "duplicate", "notes/new"])
def test_opening_a_form_says_so_too(form, sale, salesperson, manager, as_user, reads_only):
    desk, office, url = as_user(salesperson), as_user(manager), f"/sales/{sale.pk}/{form}/"
    with reads_only():
        page, dialog, place = (desk.get(url, headers=headers) for headers in ({}, IN_DIALOG, HTMX))
        lead = [office.get(url, headers=headers).get("Location") for headers in ({}, IN_DIALOG)]
        notice = office.get(url, headers=HTMX)
    assert [answer.status_code for answer in (page, dialog, place, notice)] == [404, 409, 409, 409]
    assert all("Mila Brand moved it there" in answer.content.decode() for answer in (page, dialog, place, notice))
    assert ('id="dialog-title"' in dialog.content.decode(), place["HX-Reswap"]) == (True, "afterbegin")
    assert lead == [f"/sales/{sale.pk}/trash/"] * 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_who_could_not_see_it_is_told_nothing(form, sale, colleague, as_user, switch, headers):
    switch(sales_visible="own")
    sent = {"version": 1, "token": str(uuid4()), **FORMS[form]}
    answer = as_user(colleague).post(f"/sales/{sale.pk}/{form}/", sent, headers=headers)
    never = as_user(colleague).post(f"/sales/{sale.pk + 999}/{form}/", sent, headers=headers)
    assert (answer.status_code, never.status_code) == (404, 404)
    assert "trash" not in answer.content.decode()
