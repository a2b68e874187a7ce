"""What holds for every page: it opens for whoever may, is valid HTML, writes nothing and speaks one language."""

from uuid import uuid4

import pytest

from salescrm.models import User
from tests.markup import Markup
from tests.pages import check, english
from tests.test_access import TABLE

FILES = (":file", ":import-file", ":import-refused")
PAGES = [name for name, (get, _post) in TABLE.items() if get.split()[3] == "200" and not name.endswith(FILES)]
FOR_EVERYBODY = {name for name in PAGES if TABLE[name][0] == "302 200 200 200 200"}
ALONE = [name for name in PAGES if TABLE[name][0].startswith("200")]
WHOLE = {*ALONE, "password_change", "invoicing:print"}  # always whole pages, whoever asks
CONTAINERS = {"relations:pick": "ul", "relations:contact-options": "select"}
MORE = [
    "/sales/?status=accepted&sort=-amount", "/sales/?status=lost&status=accepted", "/sales/?q=nergens",
    "/sales/?overdue=1&by_hand=1&end_from=2020-01-01", "/sales/?end=none", "/sales/views/new/?status=open&phase=1",
    "/sales/?columns=phase,days,contact,number,source,start,created,updated,closed,reason,lost_to,status,reference",
    "/sales/?aged=1&team=none&next=late&amount_from=1000", "/sales/columns/?columns=owner,days",
    "/sales/board/?q=nergens", "/sales/board/?customer=1&source=none", "/sales/filters/?status=open&source=none",
    "/sales/new/?customer=1", "/relations/?q=rivaal", "/relations/?q=nergens", "/relations/new/?kind=person",
    "/relations/new/?quick=1&field=lost_to", "/relations/pick/?q=dam", "/projects/?q=kade", "/projects/?q=nergens",
    "/invoices/?q=nergens", "/reports/forecast/?basis=full&rows=owner", "/reports/forecast/?rows=customer&months=36",
    "/reports/forecast/?rows=source&from=2020-01&months=1", "/reports/won-lost/?from=2020-01-01&to=2020-12-31",
    "/settings/sales/accept-reasons/", "/settings/sales/loss-reasons/", "/settings/sales/sources/",
    "/settings/relation-types/new/", "/settings/sales/phases/new/", "/settings/number-example/?project_pattern=x",
]  # fmt: skip
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@pytest.fixture
def visit(filled, as_user, reads_only, db):
    """Open an address as this role, in this language; it may not write."""

    def get(url: str, role: str, language: str, **headers):
        user = filled.users[role]
        User.objects.filter(pk=user.pk).update(language=language)
        browser = as_user(user)
        with reads_only():
            return browser.get(url, headers=headers)

    return get


@LANGUAGES
@pytest.mark.parametrize("name", sorted({*PAGES} - {"invoicing:print"}))
def test_page(filled, visit, client, name, language):
    url = filled.address(name)
    roles = ["administrator", "salesperson" if language == "nl" else "manager"]
    for role in roles if name in FOR_EVERYBODY else roles[:1]:
        response = visit(url, role, language)
        assert response.status_code == 200
        assert name in ALONE or "no-store" in response["Cache-Control"]  # nothing private is kept for Back
        check(response, language)


@LANGUAGES
@pytest.mark.parametrize("url", MORE)
def test_page_asked_something_particular(filled, visit, url, language):
    response = visit(url.replace("customer=1", f"customer={filled.relation.pk}"), "administrator", language)
    assert response.status_code == 200
    check(response, language)


@LANGUAGES
@pytest.mark.parametrize("record", ["accepted", "lost", "person", "issued"])
def test_page_of_a_record_in_another_state(filled, visit, record, language):
    response = visit(getattr(filled, record).get_absolute_url(), "manager", language)
    assert response.status_code == 200
    check(response, language)


@LANGUAGES
def test_printed_invoice_is_valid_and_in_the_language_of_the_customer(filled, visit, language):
    response = visit(filled.address("invoicing:print"), "manager", language)
    markup = Markup(response.content.decode())
    assert (markup.faults(), markup.bare()) == ([], [])
    assert [root.get("lang") for root in markup.root.iter("html")] == ["nl"]
    assert len(list(markup.root.iter("h1"))) == 1


@pytest.mark.parametrize("name", sorted({*PAGES} - WHOLE))
def test_page_as_part(filled, visit, name):
    response = visit(filled.address(name), "administrator", "nl", **{"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Request" in response.headers["Vary"]
    check(response, "nl", part=True, container=CONTAINERS.get(name, "div"))


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("version", ["current", "stale"])
@pytest.mark.parametrize("name", sorted({name for name in TABLE if TABLE[name][1].split()[3] in ("400", "422")}))
def test_refused_form_is_a_page_like_any_other(filled, visit, as_user, name, version, part):
    user = filled.users["administrator"]
    User.objects.filter(pk=user.pk).update(language="nl")
    record = filled.record(name)
    values = {"token": uuid4(), "version": getattr(record, "version", 1) if version == "current" else 0}
    headers = {"HX-Request": "true"} if part else {}
    response = as_user(user).post(filled.address(name), values, headers=headers)
    assert response.status_code in (200, 204, 302, 400, 409, 422)
    if response.content and response.status_code != 400:
        check(response, "nl", part=part and name not in WHOLE)


@LANGUAGES
@pytest.mark.parametrize(
    ("url", "role", "status"),
    [("/nergens/", "manager", 404), ("/settings/", "manager", 403), ("/sales/?colour=red", "manager", 400)],
)
def test_error_page(visit, url, role, status, language):
    response = visit(url, role, language)
    assert response.status_code == status
    check(response, language)


def test_catalogue_gives_the_words_to_look_for():
    assert len(english()[0]) > 400
