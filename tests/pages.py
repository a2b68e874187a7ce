"""What holds for every answer, as one function; and the English that must not stand on a Dutch page."""

import gettext
import re
from functools import cache
from html import unescape
from pathlib import Path

import django
from django.conf import settings

from tests.markup import Markup

CATALOGUE = Path(settings.BASE_DIR) / "salescrm/locale/nl/LC_MESSAGES/django.mo"


def check(response, language: str, *, part: bool = False, container: str = "div") -> Markup:
    """Everything that holds for whatever we answer."""
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    text = response.content.decode()
    markup = Markup(text, container if part else "")
    assert markup.faults() == []
    assert markup.bare() == []
    assert miscounted(text) == []
    if language != "en":
        assert english_in(markup) == []
    if part:
        assert "<html" not in text
    else:
        assert [root.get("lang") for root in markup.root.iter("html")] == [language]
        assert len(list(markup.root.iter("h1"))) == 1
        assert all(title.text.endswith("Sales CRM") for title in markup.root.iterfind("head/title"))
        assert out_of_place(markup) == []
    return markup


def out_of_place(markup: Markup) -> list[str]:
    """What stands in the bar on top of a page, or in the head below it, and belongs somewhere else."""
    bars = {
        "top": ("nav.crumbs", "nav.trail", "a.button"),
        "head": ("h1.", "div.beside", "div.actions"),
    }
    addresses = []
    for element in markup.elements():
        if places := bars.get(element.get("class")):
            children = [f"{child.tag}.{child.get('class', '')}" for child in element]
            addresses += sorted({*children} - {*places})
            addresses += [f"{child} twice" for child in {*children} if children.count(child) > 1]
    return addresses


def catalogue(path: Path) -> dict:
    """What a compiled catalogue says, by what it is asked."""
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


@cache
def untranslated() -> frozenset[str]:
    """What Django says in English on a Dutch page, because its own Dutch catalogues have no words for it."""
    english = set()
    for path in Path(django.__file__).parent.glob("**/locale/en/LC_MESSAGES/django.po"):
        dutch = catalogue(path.parents[2] / "nl/LC_MESSAGES/django.mo")
        texts = re.findall(r'^msgid ((?:"[^\n]*"\n)+)', path.read_text(), re.MULTILINE)
        english |= {"".join(re.findall(r'"(.*)"', text)) for text in texts} - dutch.keys()
    return frozenset(english - set(catalogue(CATALOGUE).values()) - {""})


@cache
def english() -> tuple[frozenset[str], re.Pattern]:
    """Our sentences that read differently in Dutch: the fixed ones, and one pattern for those with names in them."""
    ours_in_dutch = catalogue(CATALOGUE)
    dutch = {" ".join(text.split()) for text in ours_in_dutch.values()}
    keys = {key[0] if isinstance(key, tuple) else key for key in ours_in_dutch}
    ours = {" ".join(key.rpartition("\x04")[2].split()) for key in keys} - dutch - {"", "English"}  # its own name
    holes = re.compile(r"%%|%\(\w+\)[sd]|%[sd]|\{\w*\}")
    fixed = {sentence for sentence in ours if not holes.search(sentence)}
    spoken = [sentence for sentence in ours - fixed if len(re.findall(r"[A-Za-z]{2,}", holes.sub(" ", sentence))) > 1]
    patterns = ["(?:%|.+)".join(map(re.escape, holes.split(sentence))) for sentence in spoken]
    return frozenset(fixed), re.compile("|".join(patterns) or "(?!)")


def english_in(markup: Markup) -> list[str]:
    """What a page says in English though the catalogue has Dutch for it, and what Django has no Dutch for."""
    fixed, patterns = english()
    known = fixed | untranslated()
    return sorted(words for words in markup.words() if words in known or patterns.fullmatch(words))


# Nouns that are never said of one.
PLURALS = (
    *("sales", "relations", "contacts", "persons", "people", "projects", "invoices", "rows", "lines", "files", "days"),
    *("months", "weeks", "phases", "notes", "steps", "users", "teams", "columns", "times", "meetings", "records"),
    *("salestrajecten", "relaties", "contactpersonen", "personen", "projecten", "facturen", "rijen", "regels", "dagen"),
    *(
        "bestanden",
        "maanden",
        "weken",
        "fases",
        "notities",
        "stappen",
        "gebruikers",
        "kolommen",
        "afspraken",
        "gegevens",
    ),
)
MISCOUNTED = re.compile(
    rf"(?<![\w.,-])1 (?:open |accepted |lost |geaccepteerde |verloren )?(?:{'|'.join(PLURALS)})(?![\w-])"
)


def miscounted(page: str) -> list[str]:
    """One of something, said as if there were several: with the tags between number and word left out."""
    spoken = re.sub(r"<(?:script|style|svg)\b.*?</(?:script|style|svg)>", " ", page, flags=re.DOTALL)
    spoken = re.sub(r"</?(?:a|b|data|small|span|strong)\b[^>]*>", "", spoken)
    return MISCOUNTED.findall(unescape(" ".join(spoken.split())))


def offered(page: str) -> tuple[str, dict] | None:
    """The button a message brings: where it leads, and what it carries; None when no message brings one."""
    within = r'<li class="toast"[^>]*>(?:(?!</li>).)*<form method="post" action="([^"]+)".*?</form>'
    if not (form := re.search(within, page, re.DOTALL)):
        return None
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
    return form[1], {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}
