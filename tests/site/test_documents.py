"""What code and templates name is there: rules by their number, documents; and the changelog knows the version."""

import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
FOLDERS = ["salescrm", "relations", "invoicing", "projects", "sales", "reports", "templates", "static", "tests", "docs"]
KINDS = {".py", ".html", ".css", ".js", ".md", ".toml"}
# rule 7, rule 10a, rules 2 and 3, rules 1, 3, 6, 7 and 20, rules 8 to 12; a sentence may end its line anywhere
NAMED = re.compile(r"\brules?\s+\d+[a-c]?(?:(?:,|\s+and|\s+to)\s+\d+[a-c]?)*", re.IGNORECASE)
DOCUMENT = re.compile(r"[\w/.-]+\.md\b")
# `sales/history.py`, `sales/imports/parsing/`, `tests/sales/test_history.py::test_days`
DOTTED = re.compile(r"\b(?:salescrm|relations|invoicing|projects|sales|reports)(?:\.[A-Za-z_]\w*)+(?!\.\w)")
PLACE = re.compile(r"`([a-z]\w*(?:/\w+)*/(?:\w+\.\w+)?)(?:::(\w+))?`")


def sources() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.suffix in KINDS)
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in KINDS)


def numbers(words: str) -> set[int]:
    return {int(number) for number in re.findall(r"\d+", words)}


@pytest.fixture(scope="module")
def texts():
    return {path.relative_to(ROOT): path.read_text() for path in sources()}


@pytest.fixture(scope="module")
def rules():
    text = (ROOT / "docs/rules.md").read_text()
    return [int(number) for number in re.findall(r"^### (\d+)\. \S", text, re.MULTILINE)]


def test_rules_are_numbered_one_by_one(rules):
    assert rules == list(range(1, len(rules) + 1))


def test_rules_named_in_the_code_exist(texts, rules):
    references = {(path, words) for path, text in texts.items() for words in NAMED.findall(text)}
    assert len({path for path, _words in references}) > 50
    assert {(path, words) for path, words in references if numbers(words) - set(rules)} == set()


def test_documents_named_in_the_code_exist(texts):
    """`docs/rules.md` from anywhere, or the name of a file beside the text that names it."""
    missing = {
        (path, name)
        for path, text in texts.items()
        for name in DOCUMENT.findall(text)
        if not (ROOT / name).exists() and not (ROOT / path.parent / name).exists()
    }
    assert missing == set()


def test_modules_and_tests_named_in_documents_exist(texts):
    """A place names its whole path; a test stands in the file that is named."""
    places = {place for path, text in texts.items() if path.suffix == ".md" for place in PLACE.findall(text)}
    missing = [place for place, _test in places if place.split("/")[0] in FOLDERS and not (ROOT / place).exists()]
    tests = [(place, test) for place, test in places if test]
    assert len(tests) > 10
    assert missing == []
    assert [(place, test) for place, test in tests if f"def {test}(" not in (ROOT / place).read_text()] == []


def test_names_in_the_comments_of_templates_exist(texts):
    """`salescrm.forms.versioned.Row` is a module, or something in one."""
    comments = [
        (path, name)
        for path, text in texts.items()
        if path.suffix == ".html"
        for comment in re.findall(r"{% comment %}(.*?){% endcomment %}|{#(.*?)#}", text, re.DOTALL)
        for name in DOTTED.findall("".join(comment))
    ]
    assert len(comments) > 5
    assert [(path, name) for path, name in comments if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_modules_in_the_map_of_the_folders_exist():
    """A module stands in the folder of its line, or of the line above that begins with one."""
    folders, named = ["salescrm"], []
    for line in (ROOT / "CONTRIBUTING.md").read_text().split("```\nsalescrm/ ")[1].split("```")[0].splitlines():
        if folder := re.match(r"( *)([a-z_]+)/ ", line):
            folders = [*folders[: len(folder[1]) // 2], folder[2]]
        named += [(Path(*folders), Path(folders[0]), name) for name in re.findall(r"\w+\.py", line)]
    named = [(ROOT / places[0] / name, ROOT / places[1] / name) for *places, name in named]
    assert len(named) > 25
    assert [paths for paths in named if not any(path.exists() for path in paths)] == []


def test_newest_entry_of_the_changelog_is_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    entries = re.findall(r"^## \[(.+?)\] - (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    days = [day for _version, day in entries]
    assert entries[0][0] == version
    assert days == sorted(days, reverse=True)


def test_hooks_before_a_commit_fetch_nothing():
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (.+)", text) == ["local"]
    assert set(re.findall(r"language: (.+)", text)) == {"system"}
