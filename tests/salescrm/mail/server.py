"""A mail server that does what a test tells it to: answer, refuse, fall silent, hang up, and count what arrived."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message

HANG_UP, SILENT, LETTERS = "hang up", "silent", "letters"
USUAL = {
    "CONNECT": "220 here", "EHLO": "250 good day", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go ahead",
    "END": "250 taken", "QUIT": "221 bye", "RSET": "250 ok",
}  # fmt: skip


class MailServer:
    """`script` is what it does at each step, if not the usual; `steps` are those that were reached.

    A mail has arrived (`arrived`) when its last line has come and the answer is to be that it is taken, even if nobody
    hears that. Where `held` names a step, it says nothing until `resume`.
    """

    def __init__(self) -> None:
        self.script: dict[str, str] = {}
        self.held = ""
        self.going = threading.Event()
        self.steps: list[str] = []
        self.arrived: list[Message] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    @property
    def mailers(self) -> dict:
        """The setting that leads here."""
        options = {"host": "127.0.0.1", "port": self.port}
        return {"default": {"BACKEND": "salescrm.mail.smtp.EmailBackend", "OPTIONS": options}}

    def resume(self) -> None:
        """Say what was held back."""
        self.held = ""
        self.going.set()

    def serve(self) -> None:
        """Take whoever comes, to the end."""
        with suppress(OSError):
            while True:
                caller, _address = self.listener.accept()
                threading.Thread(target=self._talk, args=[caller], daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        with caller, suppress(OSError), caller.makefile("rb") as lines:
            self._answer(caller, "CONNECT")
            while word := lines.readline().decode().strip().partition(" ")[0].upper():
                self._answer(caller, word)
                if word == "DATA" and self._says("DATA").startswith("354"):
                    self._take(caller, lines)
                if word == "QUIT":
                    return

    def _take(self, caller: socket.socket, lines: object) -> None:
        text = b""
        while (line := lines.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                return
            text += line
        if self._says("END")[0] not in "45":
            self.arrived.append(message_from_bytes(text))
        self._answer(caller, "END")

    def _says(self, step: str) -> str:
        return self.script.get(step, USUAL.get(step, "500 what?"))

    def _answer(self, caller: socket.socket, step: str) -> None:
        self.steps.append(step)
        if self.held == step:
            self.going.wait()
        says = self._says(step)
        if says == HANG_UP:
            caller.shutdown(socket.SHUT_RDWR)
        elif says == LETTERS:
            while True:
                caller.sendall(b"2")
                time.sleep(0.05)
        elif says != SILENT:
            caller.sendall(f"{says}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that listens during the block."""
    server = MailServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.resume()
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(10)
