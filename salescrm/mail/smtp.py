"""The dialogue with a mail server, which tells when a mail is handed over: before that, nothing of it can arrive."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from typing import Any

from django.core.mail.backends import smtp

LONGEST = 500  # characters of what a server says


class Dialogue:
    """Added to a connection of smtplib: calls `on_handover` before the mail itself, and remembers what is unknown.

    Between the server's "go ahead" (354) and its answer to the last line nobody knows whether it has taken the mail.
    """

    is_handing_over = is_unsure = False

    def __init__(self, *args: Any, backend: "EmailBackend", **kwargs: Any) -> None:
        self.backend = backend
        backend.dialogue = self  # before the first word: the server may never end it
        super().__init__(*args, **kwargs)

    def getreply(self) -> Any:
        """What the server answers: 354 is "go ahead", and only what it says of a mail in plain terms is known."""
        code, text = super().getreply()  # type: ignore[misc]
        if self.is_handing_over:
            self.is_handing_over = False
            self.is_unsure = not (code == 250 or 400 <= code < 600)
        elif code == 354:
            self._hand_over()
        return code, text

    def _hand_over(self) -> None:
        try:
            self.backend.on_handover()
        except BaseException:
            self.close()  # type: ignore[attr-defined] # the server waits for a mail: a farewell would be one
            raise
        self.is_handing_over = self.is_unsure = True

    def send(self, s: Any) -> None:
        """Say something. A mail that could not be said to its end lacks the line that ends it: no server takes that."""
        is_open = bool(self.sock)  # type: ignore[attr-defined]
        try:
            super().send(s)  # type: ignore[misc]
        except OSError:
            if self.is_handing_over and is_open:
                self.is_handing_over = self.is_unsure = False
            raise


class Plain(Dialogue, smtplib.SMTP):
    """Without TLS, or with it from STARTTLS on."""


class Encrypted(Dialogue, smtplib.SMTP_SSL):
    """With TLS from the beginning."""


class EmailBackend(smtp.EmailBackend):
    """Django's, with that dialogue. `on_handover` and `is_unsure` are those of the mail that is being sent."""

    on_handover: Callable[[], None] = staticmethod(lambda: None)
    dialogue: Any = None

    @property
    def connection_class(self) -> Any:
        """A dialogue that tells."""
        return partial(Encrypted if self.use_ssl else Plain, backend=self)

    @property
    def is_unsure(self) -> bool:
        """Whether a mail was begun to be handed over and nobody knows how it ended."""
        return bool(self.dialogue and self.dialogue.is_unsure)

    def open(self) -> bool | None:
        """Begin the dialogue and log in; what is wrong with a name or a password is not the fault of the mail."""
        try:
            return super().open()
        except ValueError as error:
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        """Take leave. A server that does not answer any more has taken the mail all the same."""
        with suppress(OSError):
            super().close()


@contextmanager
def deadline(backend: Any, seconds: int) -> Iterator[None]:
    """Break off a dialogue that takes longer in all: a server that answers a letter at a time never falls silent."""
    is_over = Event()

    def hang_up() -> None:
        pause = float(seconds)
        while not is_over.wait(pause):
            pause = 0.1  # the next address, or the farewell, is over as well
            with suppress(OSError, AttributeError, TypeError):  # not SMTP, not connected, or at its end
                socket.socket.shutdown(backend.dialogue.sock, socket.SHUT_RDWR)

    Thread(target=hang_up, daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


def is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the address is none, or the server refused it or the mail for good (5xx).

    What it refuses before (us, our log-in) is not: an administrator corrects that.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def readable(error: Exception) -> str:
    """What went wrong, as the server said it: in one line, and no more of it than somebody reads."""
    answers = [(error.smtp_code, error.smtp_error)] if isinstance(error, smtplib.SMTPResponseException) else []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [*error.recipients.values()]
    texts = [f"{code} {_decoded(text)}" for code, text in answers]
    text = "; ".join(texts) or str(error) or type(error).__name__
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST]


def _decoded(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
