"""Who may open and who may send what: one row per URL name, and no URL without a row (rule 23)."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from salescrm.models import Organisation

ROLES = ("anonymous", "salesperson", "manager", "administrator", "other")

# URL name: the statuses of a GET, and of an empty POST, for these five. The record is the salesperson's; "other" is a
# second salesperson while salespeople see their own sales only. Anonymous people go to the log-in page (302). An empty
# POST that gets as far as the form is refused by it: 400 without a version or token, else 422.
TABLE = {
    "reports:start": ("302 200 200 200 200", "302 405 405 405 405"),
    "reports:index": ("302 200 200 200 200", "302 405 405 405 405"),
    "reports:forecast": ("302 200 200 200 200", "302 405 405 405 405"),
    "reports:kpis": ("302 200 200 200 200", "302 405 405 405 405"),
    "reports:won-lost": ("302 200 200 200 200", "302 405 405 405 405"),
    "reports:sources": ("302 200 200 200 200", "302 405 405 405 405"),
    "login": ("200 200 200 200 200", "422 422 422 422 422"),
    "logout": ("302 405 405 405 405", "302 302 302 302 302"),
    "profile": ("302 200 200 200 200", "302 400 400 400 400"),
    "password_change": ("302 200 200 200 200", "302 422 422 422 422"),
    "password_reset": ("200 200 200 200 200", "422 422 422 422 422"),
    "password_reset_done": ("200 200 200 200 200", "405 405 405 405 405"),
    "password_reset_confirm": ("200 200 200 200 200", "200 200 200 200 200"),
    "password_reset_complete": ("200 200 200 200 200", "405 405 405 405 405"),
    "relations:list": ("302 200 200 200 200", "302 405 405 405 405"),
    "relations:new": ("302 200 200 200 200", "302 400 400 400 400"),
    "relations:pick": ("302 200 200 200 200", "302 405 405 405 405"),
    "relations:duplicates": ("302 200 200 200 200", "302 405 405 405 405"),
    "relations:told-apart": ("302 403 200 200 403", "302 403 400 400 403"),
    "relations:duplicate-list": ("302 403 200 200 403", "302 405 405 405 405"),
    "merge-relation": ("302 403 200 200 403", "302 403 400 400 403"),
    "relations:detail": ("302 200 200 200 200", "302 405 405 405 405"),
    "relations:edit": ("302 200 200 200 200", "302 400 400 400 400"),
    "relations:deactivate": ("302 403 200 200 403", "302 403 400 400 403"),
    "relations:reactivate": ("302 403 200 200 403", "302 403 400 400 403"),
    "relations:contact-new": ("302 200 200 200 200", "302 400 400 400 400"),
    "relations:contact-options": ("302 200 200 200 200", "302 405 405 405 405"),
    "relations:contact-edit": ("302 200 200 200 200", "302 400 400 400 400"),
    "relations:contact-remove": ("302 200 200 200 200", "302 422 422 422 422"),
    "relations:note-new": ("302 200 200 200 200", "302 400 400 400 400"),
    "relations:note": ("302 200 403 403 403", "302 400 403 403 403"),
    "relations:note-remove": ("302 200 200 200 403", "302 400 400 400 403"),
    "relations:file": ("302 200 200 200 200", "302 405 405 405 405"),
    "projects:list": ("302 200 200 200 200", "302 405 405 405 405"),
    "projects:new": ("302 200 200 200 200", "302 200 200 200 200"),
    "projects:of-relation": ("302 200 200 200 200", "302 405 405 405 405"),
    "projects:detail": ("302 200 200 200 200", "302 405 405 405 405"),
    "projects:edit": ("302 200 200 200 403", "302 400 400 400 403"),
    "projects:services": ("302 200 200 200 403", "302 400 400 400 403"),
    "projects:close": ("302 403 200 200 403", "302 403 400 400 403"),
    "projects:note-new": ("302 200 200 200 200", "302 400 400 400 400"),
    "projects:note": ("302 200 403 403 403", "302 400 403 403 403"),
    "projects:note-remove": ("302 200 200 200 403", "302 400 400 400 403"),
    "projects:file": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:list": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:of-relation": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:detail": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:print": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:edit": ("302 200 200 200 403", "302 400 400 400 403"),
    "invoicing:delete": ("302 200 200 200 403", "302 400 400 400 403"),
    "invoicing:issue": ("302 403 200 200 403", "302 403 400 400 403"),
    "invoicing:send": ("302 403 200 200 403", "302 403 400 400 403"),
    "invoicing:mail": ("302 200 200 200 200", "302 405 405 405 405"),
    "invoicing:mail-decide": ("302 405 405 405 405", "302 403 400 400 403"),
    "sales:list": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:board": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:filters": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:columns": ("302 200 200 200 200", "302 422 422 422 422"),
    "sales:views": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:view-new": ("302 200 200 200 200", "302 400 400 400 400"),
    "sales:view": ("302 200 200 200 200", "302 400 403 403 403"),
    "sales:view-update": ("302 405 405 405 405", "302 400 403 403 403"),
    "sales:view-delete": ("302 200 403 403 403", "302 302 403 403 403"),
    "sales:new": ("302 200 200 200 200", "302 400 400 400 400"),
    "sales:of-relation": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:of-project": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:of-invoice": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:detail": ("302 200 200 200 404", "302 405 405 405 405"),
    "sales:history": ("302 200 200 200 404", "302 405 405 405 405"),
    "sales:note-new": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:note": ("302 200 403 403 404", "302 400 403 403 404"),
    "sales:note-remove": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:file": ("302 200 200 200 404", "302 405 405 405 405"),
    "sales:timeline-of-relation": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:timeline-of-project": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:change": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:step-done": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:postpone": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:step-back": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:lines-panel": ("302 200 200 200 404", "302 405 405 405 405"),
    "sales:day": ("302 200 200 200 200", "302 405 405 405 405"),
    "sales:calendar": ("302 200 200 200 200", "302 400 400 400 400"),
    "sales:feed": ("404 404 404 404 404", "405 405 405 405 405"),
    "sales:edit": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:lines": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:take-total": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:move": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:where": ("302 200 200 200 404", "302 405 405 405 405"),
    "sales:undo": ("302 405 405 405 405", "302 400 400 400 404"),
    "sales:probability": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:accept": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:lose": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:reopen": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:correct": ("302 403 200 200 403", "302 403 400 400 403"),
    "sales:undo-many": ("302 405 405 405 405", "302 400 400 400 400"),
    "sales:bulk": ("302 405 405 405 405", "302 400 400 400 400"),
    "sales:trash": ("302 403 200 200 403", "302 405 405 405 405"),
    "sales:trash-sale": ("302 403 200 200 403", "302 403 400 400 403"),
    "sales:duplicate": ("302 200 200 200 404", "302 400 400 400 404"),
    "sales:restore": ("302 405 405 405 405", "302 403 400 400 403"),
    "sales:restore-many": ("302 405 405 405 405", "302 403 400 400 403"),
    "sales:imports": ("302 403 200 200 403", "302 405 405 405 405"),
    "sales:import-new": ("302 403 200 200 403", "302 403 400 400 403"),
    "sales:import": ("302 403 200 200 403", "302 405 405 405 405"),
    "sales:import-columns": ("302 403 200 200 403", "302 403 400 400 403"),
    "sales:import-words": ("302 403 200 200 403", "302 403 400 400 403"),
    "sales:import-start": ("302 405 405 405 405", "302 403 400 400 403"),
    "sales:import-go": ("302 405 405 405 405", "302 403 302 302 403"),
    "sales:import-undo": ("302 403 200 200 403", "302 403 302 302 403"),
    "sales:import-discard": ("302 403 200 200 403", "302 403 302 302 403"),
    "sales:import-refused": ("302 403 200 200 403", "302 405 405 405 405"),
    "sales:import-file": ("302 403 200 200 403", "302 405 405 405 405"),
    "settings:index": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:sales": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:organisation": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:number-example": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:relation-types": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:phase": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:list": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:row-new": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:order": ("302 405 405 405 405", "302 403 403 400 403"),
    "settings:row": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:remove": ("302 403 403 200 403", "302 403 403 422 403"),
    "settings:teams": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:team-new": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:team": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:team-remove": ("302 403 403 200 403", "302 403 403 302 403"),
    "search": ("302 200 200 200 200", "302 405 405 405 405"),
    "search-suggest": ("302 200 200 200 200", "302 405 405 405 405"),
    "shortcuts": ("302 200 200 200 200", "302 405 405 405 405"),
    "settings:background": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:background-run": ("302 405 405 405 405", "302 403 403 302 403"),
    "settings:mail": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:mail-test": ("302 403 403 200 403", "302 403 403 302 403"),
    "settings:mail-release": ("302 405 405 405 405", "302 403 403 302 403"),
    "settings:mail-decide": ("302 403 403 200 403", "302 403 403 302 403"),
    "settings:users": ("302 403 403 200 403", "302 405 405 405 405"),
    "settings:user-new": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:user": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:user-access": ("302 403 403 200 403", "302 403 403 400 403"),
    "settings:user-hand-over": ("302 403 403 200 403", "302 403 403 422 403"),
    "settings:user-invite": ("302 405 405 405 405", "302 403 403 302 403"),
    "setup": ("404 404 404 404 404", "404 404 404 404 404"),
}
PANELS = ("sales:of-relation", "sales:of-project", "sales:of-invoice")

BY_NUMBER = {*PANELS, "relations:contact-options"}  # are empty when there is no such record


def urls(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address the resolver knows, as its full name and the names of its arguments."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from urls(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield f"{namespace}{entry.name}", tuple(entry.pattern.converters)


def test_table_has_every_url_and_no_other():
    assert sorted(TABLE) == sorted({name for name, _arguments in urls()})


@pytest.fixture
def own_sales(filled, db):
    """The filled company, where salespeople see their own sales only."""
    Organisation.objects.update(sales_visible="own")
    return filled


@pytest.fixture
def statuses(own_sales, as_user):
    """What each of the five is answered, as in the table; whatever it changes is rolled back at once."""

    def ask(method: str, url: str) -> str:
        answers = []
        for role in ROLES:
            client = Client() if role == "anonymous" else as_user(own_sales.users[role])
            with transaction.atomic():
                response = getattr(client, method)(url)
                answers.append(str(response.status_code))
                list(response)  # a file is closed when it has been read
                transaction.set_rollback(True)
        return " ".join(answers)

    return ask


@pytest.mark.parametrize("name", TABLE)
def test_access(own_sales, statuses, name):
    url = own_sales.address(name)
    assert (statuses("get", url), statuses("post", url)) == TABLE[name]


@pytest.mark.parametrize("name", TABLE)
def test_methods_no_page_serves_are_refused_and_a_head_is_answered_like_a_get(own_sales, as_user, name):
    browser, url = as_user(own_sales.users["administrator"]), own_sales.address(name)
    refused = [getattr(browser, method)(url).status_code for method in ("put", "patch", "delete", "trace", "options")]
    assert refused == [405] * 5
    head = browser.head(url)
    list(head)  # a file is closed when it has been read
    assert str(head.status_code) == TABLE[name][0].split()[3]


@pytest.mark.parametrize("name", TABLE)
def test_anonymous_people_are_sent_to_the_log_in_page_and_back(own_sales, client, name):
    url, status = own_sales.address(name), TABLE[name][0].split()[0]
    response = client.get(url)
    if status == "302":
        assert response["Location"] == f"{reverse('login')}?next={url}" or name == "logout"


@pytest.mark.parametrize("name", sorted({n for n, arguments in urls() if arguments == ("pk",)} - BY_NUMBER))
def test_record_that_does_not_exist_is_404(own_sales, as_user, name):
    administrator = as_user(own_sales.users["administrator"])
    method = administrator.get if TABLE[name][0].split()[3] != "405" else administrator.post
    assert method(reverse(name, args=[999_999_999])).status_code == 404


def test_panels_hold_only_what_their_reader_may_see(own_sales, as_user):
    other, manager = as_user(own_sales.users["other"]), as_user(own_sales.users["manager"])
    for name in PANELS:
        url = own_sales.address(name)
        assert other.get(url).context["totals"]["count"] == 0
    assert manager.get(own_sales.address("sales:of-relation")).context["totals"]["count"] == 8


def test_every_user_may_log_out_by_post_only(own_sales, as_user):
    browser = as_user(own_sales.users["salesperson"])
    assert browser.post(reverse("logout")).status_code == 302
    assert browser.get(reverse("sales:list")).status_code == 302
