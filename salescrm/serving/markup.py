"""Templates without the white space that means nothing: lines and indentation are for people.

Done once, when a template is loaded, with the nodes Django made of it: what a tag of the template language holds (the
sentence of a `{% blocktranslate %}`) is not looked at, and the numbers of lines in error messages stay right. White
space beside an element that begins a line by itself (`div`, `td`, `option`) goes, any other run of it is one space,
and `{% if %}`, `{% for %}`, `{% with %}` and what writes nothing are looked through. In `pre` and `textarea`, and where
`{% autoescape off %}` says that this is no HTML, everything stays.
"""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from django.template import Node, NodeList, Origin, Template
from django.template.base import TextNode
from django.template.defaulttags import (
    AutoEscapeControlNode,
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    PartialDefNode,
    WithNode,
)
from django.template.loader_tags import BlockNode, ExtendsNode
from django.template.loaders import base, cached
from django.templatetags.i18n import LanguageNode

from salescrm.serving.gaps import Apart, Choice, Fragment, Loop, Other, Text, sweep, texts

BLOCKS = frozenset(
    """
    address article aside base blockquote body br caption col colgroup datalist dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li link main menu meta nav ol
    optgroup option p pre script section style summary table tbody td template tfoot th thead title tr ul
    """.split()  # noqa: SIM905
)
HOLLOW = frozenset(["button", "select"])  # they stand in a line, and what is in them begins one
AS_IT_IS = frozenset(["pre", "script", "style", "textarea"])
SPACE = " \t\n\r\f"
IN_TEXT = re.compile(rf"[{SPACE}]+|</?[a-zA-Z][\w-]*|<!|[^<{SPACE}]+|<")
IN_TAG = re.compile(rf"[{SPACE}]+|[\"'>]|[^{SPACE}\"'>]+")


class Splitter:
    """Takes the nodes of a template apart, in their order: a tag of HTML may begin in one and end in another."""

    def __init__(self) -> None:
        self.tag = self.quote = self.element = ""
        self.edges = (False, False)
        self.last = Fragment("")

    def parts(self, nodes: Iterable) -> list:
        return [part for node in nodes for part in self._known(node)]

    def _known(self, node: Node) -> Iterator:
        """The parts of a node; what was the last piece before it is known only after text."""
        yield from self._parts(node)
        if not isinstance(node, TextNode):
            self.last = Fragment("")

    def _parts(self, node: Node) -> Iterator:
        match node:
            case TextNode():
                yield Text(node, list(self._pieces(node.s)))
            case IfNode():
                ways = [way for _condition, way in node.conditions_nodelists]
                self._hand_on(ways)
                must = node.conditions_nodelists[-1][0] is None
                yield Choice([self.parts(way) for way in ways], must)
            case ForNode():
                yield Loop(self.parts(node.nodelist_loop), self.parts(node.nodelist_empty))
            case WithNode() | LanguageNode():
                yield from self.parts(node.nodelist)
            case AutoEscapeControlNode() if not node.setting:
                yield Other((False, False))
            case BlockNode() | PartialDefNode() | ExtendsNode() | AutoEscapeControlNode():
                yield Apart(self.parts(node.nodelist), writes=getattr(node, "inline", True))
            case _:
                yield Other(None if writes_nothing(node) else self.edges if self.tag else (False, False))

    def _hand_on(self, ways: list[NodeList]) -> None:
        """The space before an attribute that may be missing is part of the attribute."""
        is_attribute = self.tag and not self.quote and self.last.text == " "
        first = [way[0] for way in ways if way and isinstance(way[0], TextNode)]
        if is_attribute and len(first) == len(ways):
            self.last.text = ""
            for text in first:
                text.s = f" {text.s.lstrip(SPACE)}"

    def _pieces(self, text: str) -> Iterator[Fragment]:
        place = 0
        while place < len(text):
            if self.element or self.quote:
                piece, place = self._rest(text, place)
            else:
                word = cast(re.Match[str], (IN_TAG if self.tag else IN_TEXT).match(text, place))[0]
                piece, place = self._in_tag(word) if self.tag else self._in_text(word), place + len(word)
            self.last = piece
            yield piece

    def _rest(self, text: str, place: int) -> tuple[Fragment, int]:
        """All up to the end of an attribute, or of an element whose white space counts."""
        end = text.find(self.quote or f"</{self.element}", place)
        if end < 0:
            return Fragment(text[place:], *self.edges), len(text)
        if self.quote:
            end, self.quote = end + 1, ""
        else:
            self.element = ""
        return Fragment(text[place:end], *self.edges), end

    def _in_text(self, word: str) -> Fragment:
        if word[0] in SPACE:
            return Fragment(" ", is_gap=True)
        if word[0] == "<" and len(word) > 1:
            self.tag = word[1:].lower()
            name, closes = self.tag.lstrip("/"), self.tag.startswith("/")
            in_line, hollow = name not in BLOCKS and word != "<!", name in HOLLOW
            self.edges = (not in_line or hollow and closes, not in_line or hollow and not closes)
            return Fragment(word, *self.edges)
        return Fragment(word)

    def _in_tag(self, word: str) -> Fragment:
        if word[0] in SPACE:
            return Fragment(" ", *self.edges)
        if word in ("'", '"'):
            self.quote = word
        if word == ">":
            self.last.text = self.last.text.rstrip(SPACE) if self.last.text == " " else self.last.text
            self.element, self.tag = self.tag if self.tag in AS_IT_IS else "", ""
        return Fragment(word, *self.edges)


def writes_nothing(node: Node) -> bool:
    """Whether nothing of it is seen: it stores a variable, or a field that is hidden."""
    tag = getattr(getattr(node, "func", None), "__name__", "")
    variable = getattr(node, "asvar", None) or getattr(node, "target_var", None)
    return isinstance(node, CommentNode | LoadNode | CsrfTokenNode) or tag == "hidden" or variable is not None


def squeeze(template: Template) -> Template:
    """Take the white space that means nothing out of a template."""
    reader = Splitter()
    parts = reader.parts(template.nodelist)
    sweep(parts, False, back=False)
    sweep(parts, False, back=True)
    for text in texts(parts):
        text.node.s = "".join([piece.text for piece in text.pieces])
    return template


class Squeezing(base.Loader):
    """Loads templates, those in HTML without white space that means nothing."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        return squeeze(template) if template_name.endswith(".html") else template


class Loader(cached.Loader, Squeezing):
    """Django's cached loader, over templates that were squeezed once."""
