"""Two requests that wait for each other: the database breaks one off, and it is tried again or explained, never 500."""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client

from relations.models import RelationType
from sales.defaults import install_defaults
from sales.models import Sale, SaleNote
from salescrm.serving.collisions import _refuse, _rewind
from tests.at_once import People, beside
from tests.factories import SaleFactory, UserFactory
from tests.markup import Markup

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Somebody changed this at the same moment, so nothing of yours has been saved."


@pytest.fixture
def sale():
    """A sale of somebody who is logged in."""
    install_defaults("en")
    return SaleFactory(owner=UserFactory(role="manager"), subject="Roof")


@pytest.fixture
def desk(sale):
    """The browser of its owner: it sees what a browser sees, not the exception."""
    client = Client(raise_request_exception=False)
    client.force_login(sale.owner, backend="salescrm.accounts.backends.RoleBackend")
    return client


@contextmanager
def colliding(times: int, at: Callable[[str], bool], first: tuple, then: tuple):
    """Somebody holds what `first` takes and asks for what `then` takes, just before the request asks for the former.

    The request waits for less long than they do until it looks round: it is the one the database breaks off.
    """
    with ExitStack() as stack:
        others = [stack.enter_context(beside()) for _time in range(times)]
        people = stack.enter_context(People())

        def meet(execute, sql, params, many, context):
            if others and at(sql):
                other = others.pop()
                other.execute("SET deadlock_timeout = '1h'")
                other.execute(*first)
                people.start(lambda: (other.execute(*then), other.rollback()))
                context["cursor"].execute("SET deadlock_timeout = '10ms'")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(meet):
                yield
        finally:
            connection.close()
        assert not others, "nobody met"


@pytest.fixture
def customer_held(sale):
    """Somebody who writes the customer of the sale, and then the sale."""
    return partial(
        colliding,
        at=lambda sql: 'FOR UPDATE OF "relations_relation"' in sql,
        first=("SELECT 1 FROM relations_relation WHERE id = %s FOR UPDATE", [sale.customer_id]),
        then=("SELECT 1 FROM sales_sale WHERE id = %s FOR UPDATE", [sale.pk]),
    )


def accept(desk, sale, **headers):
    kind = RelationType.objects.exclude(pk=sale.customer.relation_type_id).first()
    answers = {"step": "then", "version": 1, "relation_type": kind.pk, "follow_up": "none", "closed_on": "2026-02-01"}
    return desk.post(f"/sales/{sale.pk}/accept/", answers, headers=headers)


def content(file) -> bytes:
    with file.content.open() as opened:
        return opened.read()


def stored(sale) -> tuple:
    sale.refresh_from_db()
    return sale.status, sale.version, sale.events.count()


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_request_that_is_broken_off_is_carried_out_the_second_time(desk, sale, customer_held, headers):
    with customer_held(1):
        response = accept(desk, sale, **headers)

    assert response.status_code in (200, 204, 302)
    assert stored(sale) == ("accepted", 2, 2)
    page = desk.get(f"/sales/{sale.pk}/").text
    assert page.count("is accepted. Well done!") == 1


def test_request_that_is_broken_off_twice_can_be_sent_again_as_it_was_typed(desk, sale, customer_held):
    with customer_held(2):
        response = accept(desk, sale)

    assert (response.status_code, WORDS in response.text) == (409, True)
    assert f'action="/sales/{sale.pk}/accept/"' in response.text
    assert '<textarea name="closed_on" aria-label="closed_on" hidden>\n2026-02-01</textarea>' in response.text
    assert stored(sale) == ("open", 1, 1)
    assert Markup(response.text).faults() == []
    sent = dict(response.context["sent"])
    assert desk.post(f"/sales/{sale.pk}/accept/", sent).status_code == 302
    assert stored(sale) == ("accepted", 2, 2)


def test_part_that_is_broken_off_twice_leaves_the_page_as_it_is(desk, sale, customer_held):
    with customer_held(2):
        response = accept(desk, sale, **{"hx-request": "true"})

    assert (response.status_code, response.text.startswith('<li class="toast"')) == (409, True)
    assert "What you typed is still here" in response.text
    assert stored(sale) == ("open", 1, 1)


@pytest.mark.parametrize(
    ("handler", "times", "status"), [("Memory", 1, 302), ("Memory", 2, 409), ("Temporary", 1, 409)]
)
def test_files_are_read_again_where_they_can_be(desk, sale, settings, shelf, handler, times, status):
    settings.FILE_UPLOAD_HANDLERS = [f"django.core.files.uploadhandler.{handler}FileUploadHandler"]
    token = uuid4()
    somebody_else = colliding(
        times,
        at=lambda sql: 'INSERT INTO "sales_salenote"' in sql,
        first=("SELECT 1 FROM sales_sale WHERE id = %s FOR UPDATE", [sale.pk]),
        then=("INSERT INTO salescrm_creation (token, kind, key, at) VALUES (%s, '', 0, now())", [token]),
    )
    with somebody_else:
        file = SimpleUploadedFile("plan.txt", b"x" * 1000)
        values = {"token": str(token), "kind": "note", "text": "See plan", "at": "", "uploads": file}
        response = desk.post(f"/sales/{sale.pk}/notes/new/", values)

    assert response.status_code == status
    notes = [[content(file) for file in note.files.all()] for note in SaleNote.objects.all()]
    assert notes == ([[b"x" * 1000]] if status == 302 else [])
    if status == 409:
        assert (WORDS in response.text, "go back, it is still in the form" in response.text) == (True, True)


def test_file_that_was_moved_and_taken_away_is_not_read_again(tmp_path):
    file = TemporaryUploadedFile("plan.txt", "text/plain", 1, None)
    assert _rewind(file)
    file.file.close()  # it has no place any more
    assert not _rewind(file)


def test_what_a_password_stands_in_is_not_put_on_a_page(desk, sale, rf):
    request = rf.post("/accounts/password/", {"old_password": "secret", "name": "x"})
    request.htmx, request.user = False, sale.owner

    page = _refuse(request)

    assert (page.status_code, "secret" in page.text) == (409, False)
    assert Sale.objects.get().version == 1
