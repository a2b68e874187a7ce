"""A message that offers a way back: its button travels with it to the page that shows it."""

import json
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


def succeed(request: HttpRequest, text: str, *, url: str, label: str, fields: dict) -> None:
    """Tell a success, with a button that posts `fields` to `url`."""
    messages.success(request, text, extra_tags=offer(url=url, label=label, fields=fields.items()))


def offer(*, url: str, label: str, fields: Iterable[tuple[str, object]]) -> str:
    """The tag of a message that brings a button: it posts these `fields`, a name as often as it comes, to `url`."""
    return json.dumps({"url": url, "label": label, "target": None, "pairs": list(fields)})


def offers_of(message: Message) -> list[dict]:
    """The buttons of a message: the one it brought along, or none."""
    return [json.loads(message.extra_tags)] if message.extra_tags else []
