"""What a browser sends arrives as a whole or not at all."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest


class Body:
    """The body of a request. A connection that breaks off is not its end: half a form would look like a whole one."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def read(self, size: int) -> bytes:
        """So many bytes; BadRequest (400) when they do not come. Django never asks for more than was announced."""
        data = self.stream.read(size)
        if len(data) < size:
            raise BadRequest("the connection broke off before the end of the request")
        return data

    def readline(self, size: int) -> bytes:
        """One line of at most so many bytes."""
        line = self.stream.readline(size)
        if size and not line:
            raise BadRequest("the connection broke off before the end of the request")
        return line


def whole_bodies(application: Callable) -> Callable:
    """An application that carries out no request of which only a part has arrived."""

    def serve(environ: dict[str, Any], start_response: Callable) -> Any:
        environ["wsgi.input"] = Body(environ["wsgi.input"])
        return application(environ, start_response)

    return serve
