"""The words of an address are changed in one place: the others stay as they are and where they stand."""

import pytest
from django.http import QueryDict

from salescrm.url_words import changed, link


@pytest.mark.parametrize(
    ("query", "changes", "result"),
    [
        ("", {}, ""),
        ("q=a%26b&page=2", {"page": 3}, "q=a%26b&page=3"),
        ("page=2&q=x", {"page": None}, "q=x"),
        ("page=2&q=x", {"q": ""}, "page=2"),
        ("owner=1&q=x&owner=2", {"q": "y"}, "owner=1&owner=2&q=y"),
        ("owner=1&owner=2", {"owner": "3"}, "owner=3"),
        ("owner=1&q=x", {"owner": ["2", "none"]}, "owner=2&owner=none&q=x"),
        ("owner=1", {"owner": []}, ""),
        ("q=&owner=+&phase=1&phase=", {}, "phase=1"),
        ("q=x", {"from": "2026-01", "status": ("open", "lost")}, "q=x&from=2026-01&status=open&status=lost"),
    ],
)
def test_words_are_changed_removed_or_repeated_and_blanks_left_out(query, changes, result):
    before = QueryDict(query)
    assert changed(before, **changes).urlencode() == result
    assert link(before, **changes) == f"?{result}"
    assert before == QueryDict(query)
