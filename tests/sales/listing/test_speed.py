"""What a page may cost, without a clock: statements, bytes and requests. `make bench` holds the clock."""

import gzip
import posixpath
import re

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.urls import reverse

from sales.demo.generating import generate
from sales.models import Phase, Sale

pytestmark = pytest.mark.django_db

SIZES = [10, 1000]
HEADERS = 300  # bytes of an answer's headers, about


@pytest.fixture(params=SIZES)
def many(request, company):
    generate(sales=request.param, seed=5)
    return request.param


@pytest.fixture
def statements(manager, as_user):
    """How many statements a request takes, session and user too: statements("get", url)."""
    browser = as_user(manager)
    browser.get("/sales/")  # what a process reads once

    def count(method, url, data=None, status=200, **headers):
        with _Counter() as counter:
            response = getattr(browser, method)(url, data, headers=headers)
        assert response.status_code == status
        return counter.count

    return count


class _Counter:
    """Counts statements; savepoints are counted by nobody, as the goals do."""

    def __enter__(self):
        self.count = 0
        self.wrapper = connection.execute_wrapper(self._count)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)

    def _count(self, execute, sql, params, many, context):
        self.count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
        return execute(sql, params, many, context)


HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize("query", ["", "?status=open", "?status=open&sort=-amount&overdue=1", "?q=company"])
def test_list_takes_few_statements_whatever_the_number_of_sales(many, statements, headers, query):
    assert statements("get", f"{reverse('sales:list')}{query}", **headers) <= 8


def test_list_takes_as_many_statements_for_ten_sales_as_for_a_thousand(company, statements):
    generate(sales=SIZES[0], seed=5)
    few = statements("get", "/sales/?status=open")
    generate(sales=SIZES[1], seed=6)

    assert statements("get", "/sales/?status=open") == few


@pytest.mark.parametrize("status", ["open", "accepted", "lost"])
def test_sale_page_takes_few_statements(many, statements, status):
    sale = Sale.objects.filter(status=status).order_by("-pk").first()

    assert statements("get", sale.get_absolute_url()) <= 12


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 200)], ids=["plain", "htmx"])
def test_move_takes_few_statements(many, statements, headers, status):
    sale = Sale.objects.open().order_by("-pk").first()
    target = Phase.objects.exclude(pk=sale.phase_id).first()
    data = {"phase": target.pk, "version": sale.version}
    taken = statements("post", reverse("sales:move", args=[sale.pk]), data, status=status, **headers)

    assert taken <= 10
    sale.refresh_from_db()
    assert sale.phase == target


@pytest.mark.parametrize("rows", ["phase", "owner", "source", "customer"])
@pytest.mark.parametrize("basis", ["weighted", "full"])
def test_forecast_takes_few_statements(many, statements, rows, basis):
    assert statements("get", f"{reverse('reports:forecast')}?rows={rows}&basis={basis}") <= 8


def test_forecast_takes_as_many_statements_for_ten_sales_as_for_a_thousand(company, statements):
    generate(sales=SIZES[0], seed=5)
    few = statements("get", reverse("reports:forecast"))
    generate(sales=SIZES[1], seed=6)

    assert statements("get", reverse("reports:forecast")) == few


@pytest.mark.parametrize("name", ["reports:kpis", "reports:won-lost", "reports:sources"])
def test_report_takes_as_many_statements_for_few_sales_as_for_many(company, statements, name):
    generate(sales=200, seed=5)
    few = statements("get", reverse(name))
    generate(sales=SIZES[1], seed=6)

    assert statements("get", reverse(name)) == few


def test_sale_page_takes_as_many_statements_for_ten_sales_as_for_a_thousand(company, statements):
    generate(sales=SIZES[0], seed=5)
    sale = Sale.objects.open().first()
    few = statements("get", sale.get_absolute_url())
    generate(sales=SIZES[1], seed=6)

    assert statements("get", sale.get_absolute_url()) == few


def test_page_of_the_list_does_not_grow_with_the_sales(company, manager, as_user):
    browser = as_user(manager)
    sizes = []
    for sales in (300, 1200):
        generate(sales=sales, seed=sales)
        sizes.append(len(browser.get("/sales/?status=open").content))

    assert abs(sizes[1] - sizes[0]) < 0.05 * sizes[0]
    assert max(sizes) <= 60_000


def first_load(page: str) -> dict[str, bytes]:
    """Everything a browser with an empty cache fetches for this page, by path."""
    files, wanted = {}, [*re.findall(r'<(?:link|script)\b[^>]*?(?:href|src)="(/static/[^"]+)"', page)]
    while wanted:
        path = wanted.pop()
        if path in files:
            continue
        path_on_disk = finders.find(path.removeprefix("/static/"))
        assert path_on_disk, path
        with open(path_on_disk, "rb") as file:
            files[path] = file.read()
        if path.endswith((".js", ".css")) and "min.js" not in path:
            text = files[path].decode()
            linked = re.findall(r"""(?:\bfrom\s*|\bimport\s*\(?|url\()\s*["']?(\.{0,2}/[^"')]+)""", text)
            wanted += [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in linked]
    return files


def on_the_wire(*contents: bytes) -> int:
    return sum(len(gzip.compress(content, 6)) for content in contents)


@pytest.fixture
def list_page(company, manager, as_user):
    generate(sales=300, seed=5)
    return as_user(manager).get("/sales/?status=open").content


def test_cold_first_load_of_the_list_is_small(list_page):
    files = first_load(list_page.decode())
    scripts = [content for path, content in files.items() if path.endswith(".js")]
    styles = [content for path, content in files.items() if path.endswith(".css")]

    assert len(scripts) > 1
    assert len(styles) > 2
    assert 1 + len(files) <= 14
    assert on_the_wire(*scripts) <= 28_000
    assert on_the_wire(*styles) <= 20_000
    assert on_the_wire(list_page) <= 8_000
    assert on_the_wire(list_page, *files.values()) + HEADERS * (1 + len(files)) <= 80_000


@pytest.mark.parametrize("name", ["sales:list", "sales:new", "reports:start", "reports:forecast"])
def test_no_page_asks_another_host(list_page, manager, as_user, name):
    page = as_user(manager).get(reverse(name)).content.decode()
    fetched = re.findall(r"""<(?:link|script|img|iframe|source|use)\b[^>]*?(?:href|src|srcset)=["']([^"']+)""", page)

    assert [address for address in fetched if not address.startswith("/") or address.startswith("//")] == []
    for path, content in first_load(page).items():
        if path.endswith(".css"):
            assert not re.search(rb"url\(\s*[\"']?(?:https?:)?//", content), path
