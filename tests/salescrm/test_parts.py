"""The small parts of pages are what a template would write out."""

from decimal import Decimal

import pytest
from django.forms.utils import ErrorList
from django.template import Context, Template
from django.utils.translation import override

HIDDEN = '<input type="hidden" name="{{ name }}" value="{{ value }}">'
ALERT = (
    """<div class="notice" data-tone="bad" role="alert">{% icon "exclamation-triangle" %}<div>{{ value }}</div></div>"""
)


def render(source, **words):
    return Template(source).render(Context(words))


@pytest.mark.parametrize("value", [7, 12345, "a\"<b>&'", Decimal("1.50"), None, "", ErrorList(["<No>"])])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_hidden_field_and_alert_write_what_a_template_would(value, language):
    words = {"name": "<version>", "value": value}
    with override(language):
        assert render("{% hidden name value %}", **words) == render(HIDDEN, **words)
        assert render('{% alert "bad" value %}', **words) == render(ALERT, **words)


def test_styles_and_modules_are_named_without_their_folder():
    source = '<link rel="stylesheet" href="{% static \'css/list.css\' %}">'
    assert render('{% style "list" %}') == render(source)
    source = '<script type="module" src="{% static \'js/picker.js\' %}"></script>'
    assert render('{% script "picker" %}') == render(source)
