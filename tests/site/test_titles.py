"""Titles: many tabs are told apart by them, so a page of a record says what is done, and to what."""

import re
from html import unescape

import pytest

from tests.test_access import TABLE

DEEDS = {
    "sales:duplicate": "Duplicate", "sales:where": "Move", "sales:accept": "Accept",
    "sales:lose": "Close as lost", "sales:reopen": "Reopen", "sales:edit": "Edit",
    "sales:correct": "Correct the outcome", "sales:probability": "Probability",
    "relations:contact-new": "Add a contact person", "relations:edit": "Edit",
    "projects:edit": "Edit project", "projects:services": "Edit services",
    "projects:close": "Close the project?", "invoicing:edit": "Edit draft invoice",
}  # fmt: skip


@pytest.fixture
def title(filled, as_user, db):
    """The title of a page, without the product's name."""
    administrator = filled.users["administrator"]
    administrator.language = "en"
    administrator.save(update_fields=["language"])
    browser = as_user(administrator)

    def read(name: str) -> str:
        found = re.search(r"<title>(.*?)</title>", browser.get(filled.address(name)).text, re.DOTALL)
        return unescape(found[1]).strip().removesuffix(" · Sales CRM")

    return read


@pytest.mark.parametrize("name", DEEDS)
def test_title_names_the_deed_and_the_record(filled, title, name):
    app = name.partition(":")[0]
    record = filled.record(name)
    subject = {"sales": "subject", "relations": "name", "projects": "name"}.get(app)
    assert DEEDS[name] in title(name)
    assert (getattr(record, subject) if subject else str(record)) in title(name)


def test_no_two_pages_of_a_sale_have_the_same_title(title):
    names = [name for name, (get, _post) in TABLE.items() if name in DEEDS and get.split()[3] == "200"]
    titles = [title(name) for name in names]
    assert len(set(titles)) == len(titles) > 10
