"""The white space of a template beside what stands before and after it, whichever way `if` and `for` go."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.template.base import TextNode


@dataclass
class Fragment:
    """A word, a part of a tag or white space; `begins`, `ends`: white space before it, after it, means nothing."""

    text: str
    begins: bool = False
    ends: bool = False
    is_gap: bool = False


@dataclass
class Text:
    """The pieces of a text between two tags of the template language."""

    node: TextNode
    pieces: list[Fragment] = field(default_factory=list)

    def sweep(self, edge: bool, *, back: bool) -> bool:
        """Drop the gaps at an edge; whether it ends at one. Forward, a gap beside a gap is one too many as well."""
        for piece in reversed(self.pieces) if back else self.pieces:
            if piece.is_gap:
                piece.text = "" if edge else piece.text
                edge = edge if back else True
            else:
                edge = piece.begins if back else piece.ends
        return edge


@dataclass
class Other:
    """What writes something else, or (`edges` is None) nothing."""

    edges: tuple[bool, bool] | None = None

    def sweep(self, edge: bool, *, back: bool) -> bool:
        return edge if self.edges is None else self.edges[0] if back else self.edges[1]


@dataclass
class Choice:
    """One of several ways on, or none unless it `must` be one."""

    ways: list[list]
    must: bool

    def sweep(self, edge: bool, *, back: bool) -> bool:
        ends = [sweep(way, edge, back=back) for way in self.ways]
        return all(ends) and (self.must or edge)


@dataclass
class Loop:
    """What comes again and again: before it stands what is before the loop, or its own end."""

    body: list
    otherwise: list

    def sweep(self, edge: bool, *, back: bool) -> bool:
        again = edge and sweep(self.body, False, back=back)
        return sweep(self.body, again, back=back) and sweep(self.otherwise, edge, back=back)


@dataclass
class Apart:
    """What may be shown anywhere."""

    body: list
    writes: bool

    def sweep(self, edge: bool, *, back: bool) -> bool:
        sweep(self.body, False, back=back)
        return edge and not self.writes


def sweep(parts: list, edge: bool, *, back: bool) -> bool:
    """Drop gaps from left to right, or `back`: those that follow an edge. Whether all of it ends at one."""
    for part in reversed(parts) if back else parts:
        edge = part.sweep(edge, back=back)
    return edge


def texts(parts: list) -> Iterator[Text]:
    """All texts among these parts."""
    for part in parts:
        match part:
            case Text():
                yield part
            case Choice():
                for way in part.ways:
                    yield from texts(way)
            case Loop():
                yield from texts(part.body + part.otherwise)
            case Apart():
                yield from texts(part.body)
