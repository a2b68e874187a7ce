"""What is measured: requests in rounds that alternate between pages, and the forecast's statement beside raw SQL."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.forecast import Scope, forecast
from sales.models import Phase, Sale
from salescrm.calendar import month_start, today
from tests.bench.client import Browser

# Truncate each day to its month and add up: what the forecast costs at least (shape F1 of the goals).
RAW = """
SELECT phase_id, date_trunc('month', expected_end_date), count(*), sum(expected_revenue),
    sum(expected_revenue * probability)
FROM sales_sale WHERE status = 'open' GROUP BY 1, 2
"""

PART = {"HX-Request": "true"}
# What all records share, what many do, what one does and what none does; one letter and two words.
TYPED = ["company", "s", "sale", "renewal", "company+17", "19999", "ede", "12", "zzzz", "pilot+company"]


@dataclass
class Series:
    """The same request again and again; `took` holds a list of milliseconds per round."""

    name: str
    request: Callable[[], float]
    took: list[list[float]]

    @property
    def p50(self) -> float:
        """The median over all rounds."""
        return statistics.median(ms for round_ in self.took for ms in round_)

    def ratio(self, other: "Series") -> float:
        """How many times the other one's median, round by round; the median of the rounds counts."""
        pairs = zip(self.took, other.took, strict=True)
        return statistics.median(statistics.median(mine) / statistics.median(theirs) for mine, theirs in pairs)


def measure(requests: dict[str, Callable[[], float]], *, rounds: int, times: int) -> dict[str, Series]:
    """Every request `times` times per round, the requests taking turns within a round."""
    rows = {name: Series(name, request, []) for name, request in requests.items()}
    for request in requests.values():
        for _warming in range(5):
            request()
    for _round in range(rounds):
        for series in rows.values():
            series.took.append([])
        for _time in range(times):
            for series in rows.values():
                series.took[-1].append(series.request())
    return rows


class Mover:
    """Moves open sales from phase to phase, as the progress bar does."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.phases = list(Phase.objects.active().values_list("pk", flat=True))
        self.sales = list(Sale.objects.open().order_by("pk").values("pk", "version", "phase_id")[:200])
        self.turn = 0

    def __call__(self) -> float:
        sale = self.sales[self.turn % len(self.sales)]
        self.turn += 1
        target = self.phases[(self.phases.index(sale["phase_id"]) + 1) % len(self.phases)]
        took = self.browser.must(
            f"/sales/{sale['pk']}/move/",
            {"phase": target, "version": sale["version"]},
            {"HX-Request": "true", "HX-Target": "sale-region"},
        )
        sale |= {"version": sale["version"] + 1, "phase_id": target}
        return took


def our_requests(browser: Browser, seller: Browser) -> dict[str, Callable[[], float]]:
    """The pages with a goal, and the empty page; `seller` is a salesperson's browser."""
    ids = list(Sale.objects.open().order_by("-pk").values_list("pk", flat=True)[:40])
    turn = iter(range(10**9))
    return {
        "empty": lambda: browser.must("/empty/"),
        "list": lambda: browser.must("/sales/?status=open"),
        "board": lambda: browser.must("/sales/board/"),
        "search": lambda: browser.must(f"/search/suggest/?q={TYPED[next(turn) % len(TYPED)]}", headers=PART),
        "sale": lambda: browser.must(f"/sales/{ids[next(turn) % len(ids)]}/"),
        "move": Mover(browser),
        "forecast": lambda: browser.must("/reports/forecast/"),
        "start": lambda: browser.must("/"),
        "own start": lambda: seller.must("/"),
    }


def floor_requests(browser: Browser) -> dict[str, Callable[[], float]]:
    """The same pages of the floor app."""
    turn = iter(range(10**9))
    return {
        "floor list": lambda: browser.must("/sales/"),
        "floor board": lambda: browser.must("/board/"),
        "floor sale": lambda: browser.must(f"/sales/{1 + next(turn) % 40}/"),
        "floor move": lambda: browser.must(f"/sales/{1 + next(turn) % 40}/stage/", {"phase": 1 + next(turn) % 7}),
        "floor forecast": lambda: browser.must("/forecast/"),
    }


def statement_requests() -> dict[str, Callable[[], float]]:
    """The forecast's statement and the raw aggregate, both without Django."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        forecast(Sale.objects.all(), scope=Scope(first=month_start(today())), today=today())
    ours = max((query["sql"] for query in captured if "expected_end_date" in query["sql"]), key=len)
    return {"forecast statement": lambda: _run(ours), "raw statement": lambda: _run(RAW)}


def _run(statement: str) -> float:
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(statement)
        cursor.fetchall()
        return (time.perf_counter() - started) * 1000
