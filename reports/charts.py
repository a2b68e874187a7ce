"""Bars as plain numbers: the geometry of the charts that templates draw as inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

HEIGHT = 168  # of a standing bar, in pixels, its amount above it included
HEAD = 22
GAP = 1.5
LABELLED = 15


@dataclass(frozen=True)
class Part:
    """One segment of a bar: `start` and `size` are pixels of a standing bar, percentages of a lying one."""

    name: str
    colour: str
    amount: Decimal
    start: str
    size: str
    middle: str
    labelled: bool
    label: str = ""


@dataclass(frozen=True)
class Bar:
    parts: list[Part]
    amount: Decimal
    top: str


@dataclass(frozen=True)
class Piece:
    """What a segment stands for."""

    name: str
    amount: Decimal
    colour: str = ""
    label: str = ""


def standing(columns: Sequence[Sequence[Piece]]) -> list[Bar]:
    """A bar per column, the first piece at the bottom, all on one scale."""
    totals = [sum((piece.amount for piece in pieces), Decimal(0)) for pieces in columns]
    scale = float(HEIGHT - HEAD) / float(max([*totals, Decimal(0)]) or 1)
    return [_stand(pieces, total, scale) for pieces, total in zip(columns, totals, strict=True)]


def _stand(pieces: Sequence[Piece], total: Decimal, scale: float) -> Bar:
    parts, bottom = [], float(HEIGHT)
    for piece in pieces:
        if not piece.amount:
            continue
        full = max(float(piece.amount) * scale, 1.0 + GAP)
        top, size = bottom - full, full - GAP
        parts.append(
            Part(
                piece.name, piece.colour, piece.amount, f"{top:.1f}", f"{size:.1f}",
                f"{top + size / 2 + 3.5:.1f}", full >= LABELLED, piece.label,
            )
        )  # fmt: skip
        bottom = top
    return Bar(parts, total, f"{bottom - 6:.1f}")


def lying(rows: Sequence[Sequence[Piece]]) -> list[Bar]:
    """A bar per row, from left to right, all on one scale of percents."""
    totals = [sum((piece.amount for piece in pieces), Decimal(0)) for pieces in rows]
    scale = 100 / float(max([*totals, Decimal(0)]) or 1)
    bars = []
    for pieces, total in zip(rows, totals, strict=True):
        parts, left = [], 0.0
        for piece in pieces:
            if not piece.amount:
                continue
            size = float(piece.amount) * scale
            middle = f"{left + size / 2:.2f}%"
            parts.append(
                Part(
                    piece.name,
                    piece.colour,
                    piece.amount,
                    f"{left:.2f}%",
                    f"{size:.2f}%",
                    middle,
                    size > 6,
                    piece.label,
                )
            )
            left += size
        bars.append(Bar(parts, total, f"{left:.2f}%"))
    return bars
