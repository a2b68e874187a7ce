"""The reader of pages finds what it is there to find."""

import pytest

from tests.markup import Markup
from tests.pages import english, miscounted, untranslated

PAGE = '<!doctype html><html lang="en"><head><title>T</title></head><body>{}</body></html>'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p id='a'>x</p><p id='a'>y</p>", "id a is there 2 times"),
        ("<label for='b'>x</label>", "for=b refers to nothing"),
        ("<p style='color: red'>x</p>", "p style="),
        ("<p onclick='go()'>x</p>", "p onclick="),
        ("<script>go()</script>", "inline script"),
        ("<form method='post' action='/x/'></form>", "form /x/ lacks its token"),
        (
            "<form method='post' action='/x/'><input name='csrfmiddlewaretoken'><input name='y' required></form>",
            "form /x/ leaves its errors to the browser",
        ),
        ("<a rel='next'>x</a>", "a next leads nowhere"),
        ("<input type='search' role='combobox'>", "input search as combobox"),
        ("<section id='a'><p>x</p></section>", "section a has no heading"),
        ("<form method='get' action='/x/'><input name='csrfmiddlewaretoken'></form>", "form /x/ leaks its token"),
    ],
)
def test_fault_is_found(body, fault):
    assert Markup(PAGE.format(body)).faults() == [fault]


@pytest.mark.parametrize("body", ["<div>", "<p>x</div>", "<table><p>x</p></table>", "<b><i>x</b></i>", "<a b b>x</a>"])
def test_broken_html_is_found(body):
    assert Markup(PAGE.format(body)).errors != []


def test_templates_are_read_too():
    assert Markup(PAGE.format("<template><tr><td>x</td></tr></template>")).errors == []
    assert Markup(PAGE.format("<template><tr><td>x</tr></td></template>")).errors != []


def test_bare_amounts_and_days_are_found():
    body = """<p>€ 1.000,00</p><p>3 mrt</p><p>2026-03-20</p><p><data value="5.00">€ 5,00</data></p>
    <p><time datetime="2026-03-20">20 mrt 2026</time></p><svg><text>€ 5</text></svg>"""
    assert Markup(PAGE.format(body)).bare() == ["amount: € 1.000,00", "day: 3 mrt", "day: 2026-03-20"]


def test_english_is_found_with_and_without_names_in_it():
    fixed, patterns = english()
    assert "Nothing here yet" in fixed
    assert patterns.fullmatch("Move Voorstel up")
    assert not patterns.fullmatch("Voorstel omhoog verplaatsen")


def test_what_django_has_no_dutch_for_is_known():
    assert "- Select an option -" in untranslated()
    assert "Enter a valid date." not in untranslated()


@pytest.mark.parametrize(
    "text", ["1 sales", "<b>1</b> open sales", "van 1 rijen", "(1 relaties)", "1 geaccepteerde sales"]
)
def test_one_said_as_several_is_found(text):
    assert len(miscounted(f"<p>{text}</p>")) == 1


@pytest.mark.parametrize(
    "text", ["11 sales", "1 sale", "2.1 dagen", "0,1 days", "1 sales-CRM", "1,001 sales", "<td>1</td><td>sales</td>"]
)
def test_right_counts_are_left_alone(text):
    assert miscounted(f"<p>{text}</p>") == []
