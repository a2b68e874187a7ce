"""Messages with a button, such as Undo: the button is stored in the tags of the message."""

import json
import time
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

from salescrm.models import User

LIFETIME = 15 * 60  # seconds after which the button of a message is no longer offered


def succeed(request: HttpRequest, text: str, *, url: str = "", label: str = "", fields: dict | None = None) -> None:
    """Add a message of success, with a button that posts `fields` to `url`; without one if there is nothing to undo."""
    pairs = (fields or {}).items()
    messages.success(request, text, extra_tags=offer(url=url, label=label, fields=pairs) if url else "")


def offer(*, url: str, label: str, fields: Iterable[tuple[str, object]], whose: int | None = None) -> str:
    """The tag of a message that carries a button: it posts these `fields`, a name as often as it comes, to `url`.

    With `whose` only this user gets to see it.
    """
    button = {"url": url, "label": label, "target": None, "pairs": list(fields)}
    return json.dumps(button | {"whose": whose, "until": time.time() + LIFETIME})


def offers_of(message: Message, user: User) -> list[dict]:
    """The buttons of a message for this user: the one in its tags, unless it is old or somebody else's."""
    button = json.loads(message.extra_tags or "{}")
    if button.get("until", 0) < time.time() or button["whose"] not in (None, user.pk):
        return []
    return [button]
