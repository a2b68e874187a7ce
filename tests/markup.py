"""What is wrong with the HTML of an answer: read by html5lib, told in words a test can compare with nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

MONTHS = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec", "mar", "may", "oct"]
MONEY = re.compile(r"€\s*-?\d")
DAY = re.compile(rf"\b\d{{1,2}} ({'|'.join(MONTHS)})[a-z.]*\b|\b\d{{4}}-\d\d-\d\d\b", re.IGNORECASE)
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "form", "list")
PLAIN = ("title", "option", "textarea", "svg", "script", "style", "chip")  # cannot hold other elements
TEMPLATE = re.compile(r"(<template[^>]*>)(.*?)</template>", re.DOTALL)  # html5lib does not know what may stand in one
JUDGED = {"required", "pattern", "minlength", "min", "max"}
HANDLER = re.compile(r"on[a-z]+$")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label", "data-announce", "data-nothing")


def _is_judged(field: Element) -> bool:
    """Whether the browser has an opinion on what is filled in here, in its own words and language."""
    return bool(JUDGED & field.attrib.keys()) or field.get("type") in ("email", "url", "number", "date", "month")


def _is_named(section: Element) -> bool:
    """Whether a section says what it is, by a heading or by a label."""
    labelled = {"aria-label", "aria-labelledby"} & section.attrib.keys()
    return bool(labelled) or any(next(section.iter(heading), None) is not None for heading in HEADINGS)


class Markup:
    """A parsed page, or a fragment that will stand inside a `container`."""

    def __init__(self, text: str, container: str = ""):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        outer = TEMPLATE.sub(r"\1</template>", text)
        self.is_fragment = bool(container)
        self.root = parser.parseFragment(outer, container) if container else parser.parse(outer)
        self.errors = [f"{place}: {code} {data}" for place, code, data in parser.errors]
        for _start, inner in TEMPLATE.findall(text):
            self.errors += Markup(inner, "tbody" if inner.lstrip().startswith("<tr") else "div").errors

    def elements(self) -> Iterator[Element]:
        """Every element, comments left out."""
        return (element for element in self.root.iter() if isinstance(element.tag, str))

    def faults(self) -> list[str]:
        """Everything a browser would have to guess about, and everything the content policy would block."""
        return [*self.errors, *self._ids(), *self._inline(), *self._forms(), *self._misused()]

    def _ids(self) -> Iterator[str]:
        ids = Counter(element.get("id") for element in self.elements() if element.get("id"))
        yield from (f"id {name} is there {count} times" for name, count in ids.items() if count > 1)
        for element in self.elements() if not self.is_fragment else ():
            for attribute in REFERENCES:
                for name in (element.get(attribute) or "").split():
                    if name not in ids and name not in ("dialog-title",):
                        yield f"{attribute}={name} refers to nothing"

    def _inline(self) -> Iterator[str]:
        for element in self.elements():
            yield from (f"{element.tag} {name}=" for name in element.attrib if HANDLER.match(name) or name == "style")
            if element.tag == "style" or (element.tag == "script" and not element.get("src")):
                yield f"inline {element.tag}"

    def _misused(self) -> Iterator[str]:
        """What parses, and is no valid use of an element all the same."""
        for element in self.elements():
            if element.tag == "a" and element.get("href") is None:
                yield f"a {element.get('rel') or element.get('class')} leads nowhere"
            if element.tag == "input" and element.get("type") == "search" and element.get("role"):
                yield f"input search as {element.get('role')}"
            if element.tag == "section" and not _is_named(element):
                yield f"section {element.get('id') or element.get('class')} has no heading"

    def _forms(self) -> Iterator[str]:
        for form in self.root.iter("form"):
            posts = form.get("method", "").lower() == "post"
            has_token = any(field.get("name") == "csrfmiddlewaretoken" for field in form.iter("input"))
            if posts != has_token:
                yield f"form {form.get('action')} {'lacks' if posts else 'leaks'} its token"
            if posts and form.get("novalidate") is None and any(map(_is_judged, form.iter())):
                yield f"form {form.get('action')} leaves its errors to the browser"

    def texts(self, element: Element | None = None, within: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple]]:
        """Every run of text with the names and classes of the elements around it."""
        element = self.root if element is None else element
        if not isinstance(element.tag, str):
            return
        path = (*within, element.tag.rpartition("}")[2], element.get("class"))
        if element.text:
            yield element.text, path
        for child in element:
            yield from self.texts(child, path)
            if child.tail:
                yield child.tail, path

    def bare(self) -> list[str]:
        """Amounts outside <data> and days outside <time>."""
        problems = []
        for text, path in self.texts():
            if set(path) & set(PLAIN):
                continue
            if MONEY.search(text) and "data" not in path:
                problems.append(f"amount: {' '.join(text.split())}")
            if DAY.search(text) and "time" not in path:
                problems.append(f"day: {' '.join(text.split())}")
        return problems

    def words(self) -> set[str]:
        """Everything a reader sees or hears, a run of text or an attribute at a time, spaces evened."""
        texts = {" ".join(text.split()) for text, path in self.texts() if "script" not in path}
        for element in self.elements():
            texts |= {" ".join(element.get(name, "").split()) for name in SPOKEN}
        return texts - {""}
