"""Markup is read by people: no line of a template or a style sheet is longer than a screen is wide."""

import re
from pathlib import Path

import pytest
from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
WIDEST = 160
SOURCES = [*(HOUSE / "templates").rglob("*.*"), *(HOUSE / "static/css").glob("*.css")]
SENTENCE = re.compile(r"{% blocktranslate((?: [^%]*)?) %}(.*?){% endblocktranslate %}", re.DOTALL)


def test_no_line_of_markup_is_longer_than_160_characters():
    assert len(SOURCES) > 200
    long = {
        f"{path.relative_to(HOUSE)}:{number}": len(line)
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDEST
    }
    assert long == {}


def test_style_sheets_have_one_declaration_per_line_where_a_rule_does_not_fit_on_one():
    several = re.compile(r"^[^{}]*;\s*[a-z-]+\s*:")
    crowded = [path.name for path in SOURCES if path.suffix == ".css" for line in path.read_text().splitlines()
               if several.match(line)]  # fmt: skip
    assert crowded == []


@pytest.mark.parametrize("path", sorted((HOUSE / "templates").rglob("*.html")), ids=lambda path: path.stem)
def test_sentence_on_several_lines_is_trimmed(path):
    """The lines of one that is not are part of the sentence: the catalogue would not know it."""
    sentences = SENTENCE.findall(path.read_text())
    assert [text for words, text in sentences if "\n" in text.strip() and "trimmed" not in words.split()] == []
