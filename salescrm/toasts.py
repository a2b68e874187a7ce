"""A message that offers a way back: its button travels with it to the page that shows it."""

import json

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


def succeed(request: HttpRequest, text: str, *, url: str, label: str, fields: dict) -> None:
    """Tell a success, with a button that posts `fields` to `url`."""
    offer = {"url": url, "label": label, "target": None, "fields": fields}
    messages.success(request, text, extra_tags=json.dumps(offer))


def offers_of(message: Message) -> list[dict]:
    """The buttons of a message: the one it brought along, or none."""
    return [json.loads(message.extra_tags)] if message.extra_tags else []
