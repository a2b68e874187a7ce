"""Money, dates, numbers, icons and form fields as templates write them."""

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import escape
from django.utils.translation import override

DASH = '<span class="muted">–</span>'


def render(source, request=None, **context):
    if request:
        context["request"] = request
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", '<data value="12000.13">€ 12.000,13</data> <data value="12000.13">12.000,13</data> € 12.000,13'),
        ("en", '<data value="12000.13">€ 12,000.13</data> <data value="12000.13">12,000.13</data> € 12,000.13'),
    ],
)
def test_money_is_data_with_the_displayed_number_as_value(language, expected):
    with override(language):
        assert render("{{ a|money }} {{ a|money_bare }} {{ a|money_text }}", a=Decimal("12000.1250")) == expected


def test_unknown_is_a_dash_never_zero():
    source = "{{ n|money }}{{ n|money_bare }}{{ n|percent }}{{ n|number }}{{ n|day }}{{ n|moment }}"

    assert render(source, n=None) == DASH * 6
    assert render("{{ zero|money_text }} {{ zero|percent }} {{ n|money_text }}", zero=0, n=None) == "€ 0.00 0 % –"


def test_numbers_and_percentages_group_and_drop_empty_decimals():
    with override("nl"):
        source = "{{ a|number }} {{ b|number }} {{ c|number }} {{ d|percent }} {{ b|percent }}"
        assert render(source, a=8812, b=Decimal("21.00"), c=Decimal("2.50"), d=50) == "8.812 21 2,5 50 % 21 %"


@pytest.mark.parametrize(("language", "month"), [("nl", "mrt"), ("en", "Mar")])
def test_day_is_a_time_element_in_the_language(language, month):
    with override(language):
        assert render("{{ d|day }}", d=date(2026, 3, 20)) == f'<time datetime="2026-03-20">20 {month} 2026</time>'


@pytest.mark.django_db
def test_moment_is_shown_in_the_organisations_time_zone(settings):
    settings.TODAY = date(2026, 3, 15)
    this_year, before = datetime(2026, 3, 3, 13, 20, tzinfo=UTC), datetime(2025, 7, 3, 22, 20, tzinfo=UTC)

    assert render("{{ d|moment }}", d=this_year) == '<time datetime="2026-03-03T14:20:00+01:00">3 Mar 14:20</time>'
    assert render("{{ d|moment }}", d=before) == '<time datetime="2025-07-04T00:20:00+02:00">4 Jul 2025 00:20</time>'
    assert render("{{ d|day }}", d=before) == '<time datetime="2025-07-04">4 Jul 2025</time>'


@pytest.mark.parametrize(("name", "letters"), [("Sanne de Wit", "SW"), ("Mo", "M"), ("mo bakker", "MB"), ("", "")])
def test_initials_are_of_the_first_and_last_word(name, letters):
    assert render("{{ n|initials }}", n=name) == letters


def test_icon_is_hidden_from_screen_readers():
    svg = render('{% icon "check" 18 %}')

    assert svg.startswith("<svg")
    assert 'aria-hidden="true"' in svg
    assert 'width="18"' in svg


def test_query_replace_changes_removes_and_repeats_parameters():
    request = RequestFactory().get("/sales/?phase=1&phase=2&q=a%26b&page=4")

    assert (
        render('{% query_replace sort="-amount" page=None %}', request)
        == "?phase=1&amp;phase=2&amp;q=a%26b&amp;sort=-amount"
    )
    assert (
        render("{% query_replace phase=ids q=empty page=1 %}", request, ids=[3, 4], empty="")
        == "?phase=3&amp;phase=4&amp;page=1"
    )


@pytest.mark.parametrize(
    ("path", "expected"), [("/", "start"), ("/sales/3/edit/", "sales"), ("/settings/", "settings")]
)
def test_section_is_the_first_word_of_the_address(path, expected):
    assert render("{% section %}", RequestFactory().get(path)) == expected


class Example(forms.Form):
    name = forms.CharField(label="Name", help_text="As the customer knows it.")
    agree = forms.BooleanField(label="Agree")
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("a", "A")], help_text="One.")


def test_field_ties_label_help_and_errors_to_the_input():
    html = render("{% field form.name %}", form=Example({}))

    assert '<label for="id_name">Name' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_checkbox_stands_inside_its_label_and_choices_inside_a_fieldset():
    html = render("{{ form }}", form=Example())

    assert '<label><input type="checkbox" name="agree" required id="id_agree"><span>Agree</span></label>' in html
    assert (
        '<fieldset class="field" data-type="radioselect" data-field="kind" aria-describedby="id_kind_helptext">' in html
    )
    assert html.count("<legend>") == 1


@pytest.mark.parametrize(
    ("address", "html"),
    [
        ("an.o'neill@acme.example", "an.o&#x27;neill@<wbr>acme<wbr>.example"),
        ("www.acme.example", "www<wbr>.acme<wbr>.example"),
        ("<b>@x", "&lt;b&gt;@<wbr>x"),
    ],
)
def test_an_address_breaks_where_it_can_be_read_on(address, html):
    assert render("{{ a|breakable }}", a=address) == html


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("010 123 45 67", "0101234567"),
        ("06-12345678", "0612345678"),
        ("+31 (0)20 123.4567", "+31201234567"),
        ("(020) 123", "020123"),
        ("<b>020</b>", "020"),
    ],
)
def test_phone_is_a_link_that_calls(written, called):
    assert render("{{ number|phone }}", number=written) == (
        f'<a class="nowrap" href="tel:{called}">{escape(written)}</a>'
    )


def test_words_in_place_of_a_phone_stay_words():
    assert render("{{ number|phone }}", number="ask <Ilse>") == "ask &lt;Ilse&gt;"


def test_beginning_of_a_text_is_shown_and_no_more_of_it_looked_at(monkeypatch):
    sizes, normalize = [], unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: sizes.append(len(text)) or normalize(form, text))
    template = Template("{{ text|beginning:10 }}")
    beginnings = [template.render(Context({"text": text})) for text in ("short", 7, "a long sentence", "x" * 100_000)]
    assert beginnings == ["short", "7", "a long se…", "x" * 9 + "…"]
    assert max(sizes) <= 40


def test_no_page_shortens_a_text_by_looking_at_all_of_it():
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    assert [str(path) for path in templates if "|truncatechars" in path.read_text()] == []
