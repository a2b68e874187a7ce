"""Addresses of list and board are short and can be shared: fields left empty are not in them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sales/", "/sales/board/"])
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("q=&owner=", ""),
        ("q=roof&owner=&phase=", "?q=roof"),
        ("phase=&phase={phase}&owner=%20&q=a%26b%20c", "?phase={phase}&q=a%26b+c"),
    ],
)
def test_empty_words_lead_to_the_short_address(as_user, salesperson, phases, reads_only, path, sent, words):
    desk, phase = as_user(salesperson), phases[25].pk
    with reads_only():
        answer = desk.get(f"{path}?{sent.format(phase=phase)}")
        assert (answer.status_code, answer["Location"]) == (302, path + words.format(phase=phase))
        assert desk.get(answer["Location"]).status_code == 200
        part = desk.get(f"{path}?{sent.format(phase=phase)}", headers={"HX-Request": "true"})
        assert part.status_code == 200


@pytest.mark.parametrize("path", ["/sales/", "/sales/board/"])
def test_unknown_word_is_refused_though_it_is_empty(as_user, salesperson, phases, path):
    assert as_user(salesperson).get(f"{path}?colour=&q=").status_code == 400
