"""A browser without a screen: logs in once, then asks for pages and measures how long each answer takes."""

import http.client
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode


@dataclass
class Browser:
    """One client of one server on loopback; a connection per request, as behind a proxy without keep-alive."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, fields: dict | None = None, headers: dict | None = None) -> tuple[float, int, bytes]:
        """Milliseconds, status and body of a GET, or of a POST when there are fields."""
        body = urlencode(fields) if fields is not None else None
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        if body is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies["csrftoken"]}
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET" if body is None else "POST", path, body, sent)
        response = connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - started) * 1000
        connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return took, response.status, content

    def must(self, path: str, fields: dict | None = None, headers: dict | None = None) -> float:
        """Milliseconds of a request that has to succeed."""
        took, status, content = self.ask(path, fields, headers)
        if status not in (200, 204):
            raise SystemExit(f"{path} answered {status}: {content[:300].decode(errors='replace')}")
        return took

    def log_in(self, path: str, name: str, password: str) -> None:
        """Log in with the form at `path`."""
        self.ask(path)
        _took, status, content = self.ask(path, {"username": name, "password": password})
        if status != 302:
            raise SystemExit(f"Logging in at {path} answered {status}: {content[:300].decode(errors='replace')}")
