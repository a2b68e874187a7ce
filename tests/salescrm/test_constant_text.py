"""Text of the templates is looked up once per language and says what Django's own tag says."""

import pytest
from django.template import engines
from django.utils.translation import override

WORDS = [
    '{% translate "Sales" %}',
    '{% translate "Lost" context "status" %}',
    '{% translate "Sales" as word %}<{{ word }}>',
    "{% translate \"100 %% 'sure' & <b>safe</b>\" %}",
    '{% translate "Sales"|upper %}',
    "{% translate name %}",
    '{% translate "Lost" context about %}',
    '{% translate "Sales" noop %}',
]


@pytest.mark.parametrize("words", WORDS)
def test_says_what_the_tag_of_django_says_in_every_language(words):
    ours = engines["django"].from_string(words)
    theirs = engines["django"].from_string("{% load i18n %}" + words)
    for _twice in range(2):
        for language in ("en", "nl"):
            for name in ("Sales", "Lost"):
                with override(language):
                    values = {"name": name, "about": "status" if name == "Lost" else "nothing"}
                    assert ours.render(values) == theirs.render(values)
