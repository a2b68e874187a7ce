"""The cards of the board as HTML, cached: a full board shows 140, of which hardly any changed since the last time."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from sales.board.cards import Card

register = template.Library()
CACHE_SIZE = 1000  # cards; about two megabytes


@register.simple_tag(takes_context=True)
def drawn(context, cards: Iterable[Card]) -> SafeString:
    """These cards. The HTML of each is cached under all that it depends on, so a card that changed is drawn anew."""
    page = get_template("sales/board/_card.html").template
    around = (context["travelling"], context["can_move"], bool(context.get("arrived")), get_language())
    return SafeString("".join([_drawn(page, card, *around) for card in cards]))


@lru_cache(maxsize=CACHE_SIZE)
def _drawn(page: Template, card: Card, travelling: str, can_move: bool, arrived: bool, language: str) -> str:
    around = {"travelling": travelling, "can_move": can_move, "arrived": arrived}
    return page.render(Context({"card": card, **around}, use_l10n=False))
