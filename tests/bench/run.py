"""`make bench`: how much every page costs beside an empty one, the forecast beside raw SQL, and both beside the floor.

Ratios count, milliseconds only inform: they differ from machine to machine and from minute to minute.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
for name in ("DATABASE_URL", "DEBUG", "TODAY", "SECRET_KEY", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ |= {
    "DEMO": "1",
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "EMBEDDED_CLUSTER": f"test-{os.getpid()}",  # the next test run removes it when this one is killed
}

from itertools import pairwise  # noqa: E402

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from salescrm import embedded  # noqa: E402

SCRATCH = embedded.current().make_scratch()
tempfile.tempdir = os.environ["TMPDIR"] = str(SCRATCH)
os.environ["BENCH_STATIC"] = str(SCRATCH / "static")
django.setup()

from sales.defaults import install_defaults  # noqa: E402
from sales.models import Phase  # noqa: E402
from salescrm.accounts.roles import MANAGER  # noqa: E402
from salescrm.accounts.users import add_user  # noqa: E402
from salescrm.lookups import add  # noqa: E402
from salescrm.models import User  # noqa: E402
from tests.bench.client import Browser  # noqa: E402
from tests.bench.floor import Floor  # noqa: E402
from tests.bench.measuring import floor_requests, measure, our_requests, statement_requests  # noqa: E402
from tests.bench.servers import gunicorn  # noqa: E402

LOGIN, SELLER = "manager@bench.example", "owner01@generated.example"
GOALS = {
    "list": 8,
    "board": 12,
    "sale": 6,
    "move": 4,
    "forecast": 9,
    "search": 10,
    "start": 8,
    "own start": 8,
}  # times the empty page
FLOOR_GOALS = {"list": 2, "board": 2, "sale": 3, "move": 2, "forecast": 2}
GROWTH_GOALS = {"list": 2.5, "board": 2.5, "sale": 1.2, "move": 1.2, "forecast": 3}
STATEMENT_GOAL = 1.2  # times the raw aggregate


def main() -> int:
    """Measure for every size and print the tables; the exit code is 1 when a goal was missed and --strict given."""
    options = _options()
    met, figures = [], {}
    try:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        floor = Floor(options.floor, SCRATCH) if options.floor else None
        if floor:
            floor.prepare()
        _seven_phases()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role TO replica")  # keys that are right need no looking up
        made = 0
        for sales in sorted(options.sales):
            call_command("generate", sales=sales - made, seed=sales, verbosity=0)
            made = sales
            if not User.objects.filter(email=LOGIN).exists():
                add_user(email=LOGIN, name="Bench", language="en", role=MANAGER, password="bench")
                seller = User.objects.get(email=SELLER)
                seller.set_password("bench")
                seller.save(update_fields=["password"])
            figures[sales], fast = _measure(sales, floor, options)
            met.append(fast)
        for small, large in pairwise(figures):
            met.append(_print_growth(small, figures[small], large, figures[large]))
    finally:
        embedded.current().remove()
    return int(options.strict and not all(met))


def _seven_phases() -> None:
    """As many columns on our board as on the floor's."""
    install_defaults("en")
    for number in range(Phase.objects.count(), 7):
        add(Phase(name=f"Phase {number + 1}", probability=90, colour=Phase.Colour.GREEN))


def _options() -> argparse.Namespace:
    beside = ROOT.parent / "shared" / "perf"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sales", type=int, nargs="+", default=[10_000, 100_000], help="sizes to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=25, help="requests per page and round")
    parser.add_argument("--floor", type=Path, default=beside if beside.exists() else None, metavar="DIR",
                        help="folder with the floor app (baseline/app.py)")  # fmt: skip
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a goal is missed")
    return parser.parse_args()


def _measure(sales: int, floor: Floor | None, options: argparse.Namespace) -> tuple[dict, bool]:
    how = {"rounds": options.rounds, "times": options.times}
    with gunicorn("salescrm.wsgi", folder=ROOT, log=SCRATCH / "ours.log") as port:
        browser = Browser(port)
        browser.log_in("/accounts/login/", LOGIN, "bench")
        seller = Browser(port)
        seller.log_in("/accounts/login/", SELLER, "bench")
        requests = our_requests(browser, seller)
        if floor:
            with floor.serve(floor.fill(sales)) as floor_browser:
                figures = measure(requests | floor_requests(floor_browser), **how)
        else:
            figures = measure(requests, **how)
    statements = measure(statement_requests(), **how)
    return figures, _print(sales, figures, statements)


def _print(sales: int, figures: dict, statements: dict) -> bool:
    print(f"\n{sales} sales, one client, 50th percentile")
    print(f"{'':10}{'ms':>8}{'x empty':>10}{'goal':>6}     {'floor ms':>10}{'x floor':>9}{'goal':>6}")
    print(f"{'empty':10}{figures['empty'].p50:8.1f}")
    met = []
    for name, goal in GOALS.items():
        ratio = figures[name].ratio(figures["empty"])
        line = f"{name:10}{figures[name].p50:8.1f}{ratio:10.2f}{goal:6} {_mark(met, ratio <= goal)}"
        if f"floor {name}" in figures:
            twin = figures[f"floor {name}"]
            ratio, goal = figures[name].ratio(twin), FLOOR_GOALS[name]
            line += f"{twin.p50:10.1f}{ratio:9.2f}{goal:6} {_mark(met, ratio <= goal)}"
        print(line)
    ours, raw = statements["forecast statement"], statements["raw statement"]
    ratio = ours.ratio(raw)
    mark = _mark(met, ratio <= STATEMENT_GOAL)
    print(f"forecast statement {ours.p50:.2f} ms, raw aggregate {raw.p50:.2f} ms: {ratio:.2f} x, goal 1.2 {mark}")
    return all(met)


def _print_growth(small: int, before: dict, large: int, after: dict) -> bool:
    """How many times longer a page takes with more sales; what the empty page changed by is the machine's doing."""
    print(f"\nfrom {small} to {large} sales{'x':>8}{'goal':>6}")
    met, drift = [], after["empty"].p50 / before["empty"].p50
    for name, goal in GROWTH_GOALS.items():
        times = after[name].p50 / before[name].p50 / drift
        print(f"{name:27}{times:8.2f}{goal:6} {_mark(met, times <= goal)}")
    return all(met)


def _mark(met: list[bool], passed: bool) -> str:
    met.append(passed)
    return "ok  " if passed else "MISS"


if __name__ == "__main__":
    sys.exit(main())
