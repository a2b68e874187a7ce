"""White space of templates that no browser shows is gone; all that one would show is still there."""

from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import get_template
from django.utils.translation import override

from salescrm.models import User
from salescrm.serving.markup import squeeze

LINES = """
<div
  class="a"
  {% if x %}data-x{% endif %}
>
  <p>
    {% if x %}
      one two
    {% else %}
      three
    {% endif %}
  </p>
  <ul>
    {% for y in "ab" %}
      <li>
        {{ y }}
      </li>
    {% endfor %}
  </ul>
</div>
"""


def squeezed(source, **words):
    return squeeze(Template(source)).render(Context(words)).strip()


def test_lines_and_indentation_are_for_who_reads_them():
    assert squeezed(LINES, x=True) == '<div class="a" data-x><p>one two</p><ul><li>a</li><li>b</li></ul></div>'
    assert squeezed(LINES, x=False) == '<div class="a"><p>three</p><ul><li>a</li><li>b</li></ul></div>'


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>a</b>\n  <b>b</b>", "<b>a</b> <b>b</b>"),
        ("<b>a</b><b>b</b>", "<b>a</b><b>b</b>"),
        ("<b> a </b>", "<b> a </b>"),
        ("<button>\n a\n</button>\n<button>b</button>", "<button>a</button> <button>b</button>"),
        ("<p>\n a <br>\n b</p>", "<p>a<br>b</p>"),
        ("a\n{% for y in 'bc' %}\n{{ y }}\n{% endfor %}\nd", "a b c d"),
        ("{% for y in 'bc' %}<b>{{ y }}</b> {% endfor %}d", "<b>b</b> <b>c</b> d"),
        ("a{% for y in '' %}\n{% empty %}\nb{% endfor %}", "a b"),
        ("a\n{% load static %}\n{% hidden 'x' 1 %}\nb", 'a <input type="hidden" name="x" value="1">b'),
        ("<p>\n{% translate 'Yes' as y %}\n{{ y }}</p>", "<p>Yes</p>"),
        ("<i title='a\n  b'\n  {{ y }}\n></i>", "<i title='a\n  b' ></i>"),
        ('<i data-a="{% if 1 %}  a  {% endif %}">', '<i data-a="  a  ">'),
        ('<i {% if 0 %}a="1"{% endif %} b>', "<i b>"),
        ("<i\n{% if 0 %}a{% elif 1 %}b{% endif %}\n>", "<i b>"),
        ("<i {% key 'edit' %}\n>", '<i data-key="e" aria-keyshortcuts="e">'),
        ("<i a {% key 'edit' %}>", '<i a data-key="e" aria-keyshortcuts="e">'),
        ("<i a {{ y }}{% if 1 %} b{% endif %} {% if 1 %} c{% endif %}{{ y }}>", "<i a  b c>"),
        ("a < b\n > c", "a < b > c"),
        ("a\u00a0 \u202fb", "a\u00a0 \u202fb"),
        ("<!-- a -->\n b", "<!-- a -->b"),
    ],
)
def test_space_between_words_stays_one_space(source, text):
    with override("en"):
        assert squeezed(source, y="") == text


@pytest.mark.parametrize(
    "source",
    [
        "<textarea>\n a\n  b</textarea>", "<pre>\n a\n  b</pre>", "<pre>\n{% if 1 %}\n a{% endif %}\n  b</pre>",
        "{% autoescape off %}a\n\n  b{% endautoescape %}", "{% blocktranslate %}a\n  b{% endblocktranslate %}",
    ],
)  # fmt: skip
def test_what_is_not_laid_out_stays(source):
    assert squeezed(source) == Template(source).render(Context({}))


@pytest.mark.parametrize(("x", "y"), list(product([0, 1], repeat=2)))
def test_whatever_is_left_out_one_space_stays(x, y):
    source = "a\n{% if x %}\n b\n{% endif %}\n{% if y %}\n c\n{% else %}\n{% endif %}\nd"
    words = ["a", *["b"] * x, *["c"] * y, "d"]
    assert squeezed(source, x=x, y=y) == " ".join(words)


def test_templates_are_squeezed_once_for_a_process():
    engine = engines["django"].engine
    page = get_template("components/page_links.html").template
    assert get_template("components/page_links.html").template is page
    assert not any("\n" in getattr(node, "s", "") for node in page.nodelist)
    plain = Template((Path(settings.BASE_DIR) / "templates/components/page_links.html").read_text(), engine=engine)
    assert any("\n" in getattr(node, "s", "") for node in plain.nodelist)


def test_mails_keep_their_lines():
    words = {"user": User(name="Ann"), "protocol": "https", "domain": "crm.example", "uid": "a", "token": "b"}
    page = get_template("registration/password_reset_email.html").template
    assert "\n\nhttps://crm.example" in page.render(Context(words))
