"""The pages of invoices: who may, what they answer, as page and as part."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from invoicing.issuing import issue
from invoicing.models import Invoice
from relations.models import Relation
from salescrm.calendar import today
from salescrm.mail import outbox
from salescrm.mail.models import OutgoingMail
from salescrm.models import Organisation
from tests.factories import InvoiceFactory, RelationFactory
from tests.outgoing import deliver

HTMX = {"HX-Request": "true"}
BROKEN = {"default": {"BACKEND": "tests.invoicing.broken_mail.EmailBackend"}}
GETS = ["detail", "print", "edit", "delete", "issue", "send"]


def url(name, *args):
    return reverse(f"invoicing:{name}", args=args)


def lines_data(*rows, initial=0):
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": initial}
    for index, row in enumerate(rows):
        for name, value in zip(("description", "quantity", "unit_price", "vat_rate", "DELETE"), row, strict=False):
            data[f"lines-{index}-{name}"] = value
    return data


def head_data(version, **values):
    return {"version": version, "subject": "New subject", "payment_days": "21", "note": "", "reference": "", **values}


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        ("salesperson", [200, 200, 200, 200, 403, 403]),
        ("colleague", [200, 200, 403, 403, 403, 403]),
        ("manager", [200] * 6),
        ("administrator", [200] * 6),
    ],
)
def test_who_may_open_what(request, who, answers, draft, as_user, reads_only):
    invoice = draft()
    browser = as_user(request.getfixturevalue(who))
    with reads_only():
        assert [browser.get(url(name, invoice.pk)).status_code for name in GETS] == answers


@pytest.mark.parametrize("name", GETS)
def test_unknown_invoice_is_404(name, manager, as_user):
    assert as_user(manager).get(url(name, 999)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "delete", "issue", "send"])
def test_a_form_without_version_is_400(name, draft, manager, as_user):
    invoice = draft() if name != "send" else issue(draft(), version=1, by=manager)
    assert as_user(manager).post(url(name, invoice.pk), {"then": "send"}).status_code == 400


@pytest.mark.parametrize("rows", [3, 30])
def test_list_costs_the_same_for_few_and_many(rows, draft, manager, as_user, django_assert_num_queries):
    for _row in range(rows):
        draft()
    browser = as_user(manager)
    with django_assert_num_queries(5):
        response = browser.get(url("list"))
    assert response.context["summary"]["count"] == rows


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_list_filters_and_totals(headers, draft, manager, salesperson, as_user):
    other = RelationFactory(name="Bakkerij Bos")
    issue(draft(subject="Alpha"), version=1, by=manager)
    draft(subject="Beta", customer=other)
    draft(lines=[("One", "1", "10", "high")], subject="Gamma", by=manager)
    browser = as_user(manager)

    def subjects(query):
        response = browser.get(url("list") + query, headers=headers)
        return sorted(invoice.subject for invoice in response.context["rows"])

    assert subjects("") == ["Alpha", "Beta", "Gamma"]
    assert subjects("?status=draft") == ["Beta", "Gamma"]
    assert subjects("?status=issued") == subjects("?status=unsent") == ["Alpha"]
    assert subjects("?status=sent") == []
    assert subjects(f"?customer={other.pk}") == subjects("?q=bakkerij") == ["Beta"]
    assert subjects(f"?owner={manager.pk}") == ["Gamma"]
    assert subjects(f"?since={today()}&until={today()}") == ["Alpha"]
    assert subjects("?status=&owner=&since=&sort=&page=") == ["Alpha", "Beta", "Gamma"]
    summary = browser.get(url("list") + "?status=draft").context["summary"]
    assert {name: str(value) for name, value in summary.items()} == {
        "count": "2", "excluding": "1147.05", "including": "1362.48",
    }  # fmt: skip


def test_list_sorts(draft, manager, as_user):
    for subject, price in (("a", "20"), ("b", "5"), ("c", "100")):
        draft(lines=[("x", "1", price, "high")], subject=subject)
    browser = as_user(manager)

    def order(query):
        return [invoice.subject for invoice in browser.get(url("list") + query).context["rows"]]

    assert order("?sort=excluding") == ["b", "a", "c"]
    assert order("?sort=-excluding") == ["c", "a", "b"]
    assert order("?sort=") == ["c", "b", "a"]


def test_list_shows_invoices_without_a_date_last_in_either_direction(draft, manager, as_user):
    issued = issue(draft(subject="Issued"), version=1, by=manager)
    later = draft(subject="Draft")
    browser = as_user(manager)
    for query in ("", "?sort=date", "?sort=-date", "?sort=due", "?sort=-due"):
        assert list(browser.get(url("list") + query).context["rows"]) == [issued, later]
    assert list(Invoice.objects.all()) == [issued, later]


def test_empty_list_says_how_to_begin(manager, as_user):
    text = as_user(manager).get(url("list")).text
    assert "No invoices yet" in text
    assert "No invoice fits" in as_user(manager).get(url("list") + "?q=zzz").text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_panel_of_a_relation_shows_five_and_the_count(headers, draft, customer, manager, as_user):
    for index in range(7):
        draft(subject=f"Subject {index}")
    draft(customer=RelationFactory(), subject="Other")
    response = as_user(manager).get(url("of-relation", customer.pk), headers=headers)
    assert re.findall(r"Subject \d|Other", response.text) == [f"Subject {index}" for index in (6, 5, 4, 3, 2)]
    assert "All 7 invoices" in response.text
    assert ("<html" in response.text) is (not headers)


def test_edit_stores_head_and_lines_in_both_ways_of_writing(draft, rates, salesperson, as_user):
    invoice = draft()
    salesperson.language = "nl"
    salesperson.save()
    rows = lines_data(
        ("Design", "2", "1.234,56", rates["high"].pk), ("Away", "1", "1", rates["high"].pk, "on"),
        ("", "1", "", rates["high"].pk), ("Extra", "1,5", "10", rates["low"].pk), initial=2,
    )  # fmt: skip
    response = as_user(salesperson).post(url("edit", invoice.pk), head_data(1) | rows)
    invoice = Invoice.objects.get()
    assert (response.status_code, response.url) == (302, invoice.get_absolute_url())
    assert list(map(str, invoice.lines.values_list("amount", flat=True))) == ["2469.12", "15.00"]
    assert (invoice.subject, invoice.payment_days, invoice.version) == ("New subject", 21, 2)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_edit_with_errors_is_422_and_keeps_what_was_typed(headers, draft, rates, salesperson, as_user):
    invoice = draft()
    rows = lines_data(("Design", "x", "1", rates["high"].pk), ("Huge", "1", "99999999999", rates["high"].pk))
    response = as_user(salesperson).post(url("edit", invoice.pk), head_data(1) | rows, headers=headers)
    assert response.status_code == 422
    assert 'value="x"' in response.text
    assert "This line is too large." in response.text
    assert Invoice.objects.get().version == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_stale_edit_is_409_with_theirs_beside_yours(headers, draft, rates, salesperson, manager, as_user):
    invoice = draft()
    rows = lines_data(("Design", "2", "10", rates["high"].pk))
    as_user(manager).post(url("edit", invoice.pk), head_data(1, subject="Theirs") | rows)
    response = as_user(salesperson).post(url("edit", invoice.pk), head_data(1, subject="Mine"), headers=headers)
    assert response.status_code == 409
    response = as_user(salesperson).post(
        url("edit", invoice.pk), head_data(1, subject="Mine") | lines_data(("Other", "1", "5", rates["low"].pk)),
        headers=headers,
    )  # fmt: skip
    assert response.status_code == 409
    assert [(row.name, row.theirs, row.yours) for row in response.context["conflict"]["differences"]] == [
        ("subject", "Theirs", "Mine"),
        ("lines", "2 × Design, € 10.00, 21 %", "1 × Other, € 5.00, 9 %"),
    ]
    assert 'name="version" value="2"' in response.text
    assert 'value="Mine"' in response.text


def test_second_click_on_save_is_one_change(draft, rates, salesperson, as_user):
    invoice = draft()
    rows = lines_data(("Design", "2", "10", rates["high"].pk), ("", "1", "", rates["high"].pk), initial=1)
    browser = as_user(salesperson)
    answers = [browser.post(url("edit", invoice.pk), head_data(1) | rows).status_code for _click in range(2)]
    assert (answers, Invoice.objects.get().version) == ([302, 302], 2)


def test_a_retired_rate_stays_on_the_line_that_has_it(draft, rates, salesperson, as_user):
    invoice = draft()
    rates["exempt"].is_active = rates["zero"].is_active = False
    rates["exempt"].save()
    rates["zero"].save()
    forms = as_user(salesperson).get(url("edit", invoice.pk)).context["lines"].forms
    offered = [[str(label) for _pk, label in form.fields["vat_rate"].choices] for form in forms]
    assert offered[:2] == [["21 %", "9 %", "Reverse charged"]] * 2
    assert offered[2] == ["21 %", "9 %", "Exempt", "Reverse charged"]


def test_issued_invoice_cannot_be_edited(draft, manager, as_user):
    invoice = issue(draft(), version=1, by=manager)
    browser = as_user(manager)
    assert browser.get(url("edit", invoice.pk)).url == invoice.get_absolute_url()
    data = head_data(2) | lines_data()
    assert browser.post(url("edit", invoice.pk), data).status_code == 422
    assert browser.post(url("delete", invoice.pk), {"version": 2}).status_code == 422


def test_delete_asks_and_deletes(draft, salesperson, as_user):
    invoice = draft()
    browser = as_user(salesperson)
    assert "1,137.05" in browser.get(url("delete", invoice.pk)).text
    assert browser.post(url("delete", invoice.pk), {"version": 7}).status_code == 409
    assert browser.post(url("delete", invoice.pk), {"version": 1}).url == url("list")
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_issue_gives_a_number_and_leaves(headers, draft, manager, as_user):
    invoice = draft()
    response = as_user(manager).post(
        url("issue", invoice.pk), {"version": 1, "issued_on": today(), "to": ""}, headers=headers
    )
    assert response.headers.get("HX-Redirect", response.headers.get("Location")) == invoice.get_absolute_url()
    assert (Invoice.objects.get().number, mail.outbox) == (f"{today().year}-0001", [])


def test_issue_and_send_in_one_gesture(draft, manager, as_user):
    invoice = draft()
    data = {"version": 1, "issued_on": today(), "to": "x@y.example", "then": "send"}
    response = as_user(manager).post(url("issue", invoice.pk), data, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        f"Issued as invoice {today().year}-0001.", "Waiting to be sent to x@y.example.",
    ]  # fmt: skip
    deliver()
    assert [message.to for message in mail.outbox] == [["x@y.example"]]


def test_issue_and_send_twice_with_one_form_mails_once(draft, manager, as_user):
    invoice = draft()
    data = {"version": 1, "issued_on": today(), "to": "x@y.example", "then": "send"}
    browser = as_user(manager)
    assert [browser.post(url("issue", invoice.pk), data).status_code for _click in range(2)] == [302, 302]
    deliver()
    kinds = list(invoice.events.values_list("kind", flat=True))
    assert (len(mail.outbox), kinds) == (1, ["created", "issued", "posted", "sent"])


def test_issue_and_send_without_address_issues_nothing(draft, manager, as_user):
    Relation.objects.update(email="", invoice_email="")
    invoice = draft()
    data = {"version": 1, "issued_on": today(), "to": "", "then": "send"}
    response = as_user(manager).post(url("issue", invoice.pk), data)
    assert response.status_code == 422
    assert response.context["form"].errors == {"to": ["This customer has no e-mail address. Fill one in."]}
    assert Invoice.objects.get().is_draft


def test_issue_and_send_with_a_broken_mail_server_stays_issued(draft, manager, as_user, settings):
    settings.MAILERS = BROKEN
    invoice = draft()
    data = {"version": 1, "issued_on": today(), "to": "x@y.example", "then": "send"}
    as_user(manager).post(url("issue", invoice.pk), data)
    OutgoingMail.objects.update(requested_at=timezone.now() - outbox.PATIENCE - timedelta(minutes=1))
    deliver()
    assert Invoice.objects.get().status == "issued"
    text = as_user(manager).get(invoice.get_absolute_url()).text
    assert "The mail to x@y.example could not be sent." in " ".join(text.split())
    assert "x@y.example: please run connect() first" in text


def test_issue_refusals_stand_in_the_form(draft, manager, as_user):
    browser = as_user(manager)
    response = browser.post(url("issue", draft(lines=[]).pk), {"version": 1, "issued_on": today()})
    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422, ["An invoice needs at least one line."],
    )  # fmt: skip
    response = browser.post(url("issue", draft().pk), {"version": 1, "issued_on": "2199-01-01"})
    assert response.context["form"].errors == {"issued_on": ["An invoice date does not lie in the future."]}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_keeps_a_draft_from_being_issued_is_said_before_and_with_the_way_there(
    headers, draft, customer, salesperson, manager, administrator, as_user
):
    Organisation.objects.update(coc_number="")
    Relation.objects.filter(pk=customer.pk).update(city="")
    invoice = draft()
    Invoice.objects.update(supplied_from=None)
    sentences = [
        "Fill in when this was supplied: a day, or a period.", "Van Dam Logistiek B.V. has no city.",
        "Our own organisation has no KvK number.",
    ]  # fmt: skip
    edits = [url("edit", invoice.pk), reverse("relations:edit", args=[customer.pk])]
    settings = reverse("settings:organisation")
    for page in ("detail", "issue"):
        text = as_user(administrator).get(url(page, invoice.pk), headers=headers).text
        assert [sentence in text for sentence in sentences] == [True] * 3
        assert [f'href="{way}"' in text for way in (*edits, settings)] == [True] * 3
        text = as_user(manager).get(url(page, invoice.pk), headers=headers).text
        assert [f'href="{way}"' in text for way in (*edits, settings)] == [True, True, False]
        assert "An administrator fills this in." in text
    assert sentences[0] in as_user(salesperson).get(url("detail", invoice.pk), headers=headers).text
    response = as_user(manager).post(url("issue", invoice.pk), {"version": 1, "issued_on": today()}, headers=headers)
    assert (response.status_code, [sentence in response.text for sentence in sentences]) == (422, [True] * 3)
    assert Invoice.objects.get().is_draft
    Invoice.objects.update(supplied_from=today())
    Organisation.objects.update(coc_number="12345678")
    Relation.objects.filter(pk=customer.pk).update(city="Rotterdam")
    assert "cannot be issued" not in as_user(manager).get(url("detail", invoice.pk), headers=headers).text


def test_draft_asks_when_it_was_supplied_proposes_today_and_shows_it(draft, rates, salesperson, as_user):
    invoice = draft()
    Invoice.objects.update(supplied_from=None)
    browser = as_user(salesperson)
    form = browser.get(url("edit", invoice.pk)).context["head"]
    assert (form["supplied_from"].value(), form["supplied_until"].value()) == (today(), None)
    row = lines_data(("Design", "2", "10", rates["high"].pk))
    wrong = head_data(1, supplied_from="2026-03-31", supplied_until="2026-03-01") | row
    refused = browser.post(url("edit", invoice.pk), wrong)
    assert (refused.status_code, refused.context["head"].errors) == (
        422, {"supplied_until": ["A period of supply ends on or after the day it begins."]},
    )  # fmt: skip
    refused = browser.post(url("edit", invoice.pk), head_data(1, supplied_until="2026-03-01") | row)
    assert refused.context["head"].errors == {"supplied_from": ["Fill in the first day of the period."]}
    right = head_data(1, supplied_from="2026-03-01", supplied_until="2026-03-31") | row
    assert browser.post(url("edit", invoice.pk), right).status_code == 302
    for page in ("detail", "print"):
        text = browser.get(url(page, invoice.pk)).text
        assert "Period of supply" in text
        assert '<time datetime="2026-03-01">1 March 2026</time> – <time datetime="2026-03-31">31 March 2026' in text


def test_document_says_which_exemption_we_state(draft, manager, as_user):
    Organisation.objects.update(vat_number="", vat_exemption="small")
    invoice = issue(draft([("Course", "1", "100", "exempt")]), version=1, by=manager)
    text = as_user(manager).get(url("print", invoice.pk)).text
    assert "Exempt from VAT under the small businesses scheme (KOR)." in text


def test_issue_of_a_stale_version_is_409(draft, manager, as_user):
    response = as_user(manager).post(url("issue", draft().pk), {"version": 5, "issued_on": today()})
    assert (response.status_code, Invoice.objects.get().status) == (409, "draft")


def test_salesperson_may_not_issue_or_send(draft, salesperson, as_user):
    invoice = draft()
    browser = as_user(salesperson)
    assert browser.post(url("issue", invoice.pk), {"version": 1, "issued_on": today()}).status_code == 403
    assert browser.post(url("send", invoice.pk), {"version": 1, "to": "a@b.example"}).status_code == 403


def test_send_twice_with_one_form_mails_once(draft, manager, administrator, as_user):
    invoice = issue(draft(), version=1, by=manager)
    browser = as_user(manager)
    data = {"version": 2, "to": "facturen@vandam.example", "subject": "Invoice", "text": "Here it is."}
    assert [browser.post(url("send", invoice.pk), data).status_code for _click in range(2)] == [302, 302]
    assert as_user(administrator).post(url("send", invoice.pk), data).status_code == 409
    deliver()
    assert len(mail.outbox) == 1
    again = browser.get(url("send", invoice.pk)).text
    assert "Mila Brand sent this invoice to facturen@vandam.example" in again


def test_send_refuses_a_bad_address_next_to_the_field(draft, manager, as_user):
    invoice = issue(draft(), version=1, by=manager)
    data = {"version": 2, "to": "nobody", "subject": "Invoice", "text": "Here it is."}
    response = as_user(manager).post(url("send", invoice.pk), data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["to"])
    assert ("Here it is." in response.text, OutgoingMail.objects.count()) == (True, 0)


def test_detail_shows_document_history_and_actions_by_role(draft, salesperson, manager, as_user):
    invoice = draft()
    texts = [as_user(user).get(url("detail", invoice.pk)).text for user in (salesperson, manager)]
    assert [url("issue", invoice.pk) in text for text in texts] == [False, True]
    assert all(url("edit", invoice.pk) in text for text in texts)
    issued = issue(invoice, version=1, by=manager)
    text = as_user(manager).get(url("detail", invoice.pk)).text
    assert [url(name, invoice.pk) in text for name in ("edit", "delete", "issue", "send")] == [
        False,
        False,
        False,
        True,
    ]
    assert text.count("<h1") == 1
    assert f"Invoice {issued.number}" in text


@pytest.mark.parametrize("lines", [1, 10])
def test_detail_costs_the_same_for_few_and_many_lines(lines, draft, manager, as_user, django_assert_num_queries):
    invoice = draft(lines=[("x", "1", "10", "high")] * lines)
    browser = as_user(manager)
    with django_assert_num_queries(5):
        browser.get(url("detail", invoice.pk))


@pytest.mark.parametrize(
    "query",
    [
        "status=x",
        "owner=x",
        "since=y",
        "until=2026-13-45",
        "customer=99999999999999999999",
        "q=a%00b",
        "sort=x",
        "page=-1",
        "colour=red",
    ],
)
def test_list_refuses_unknown_or_malformed_words(manager, as_user, query):
    assert as_user(manager).get(f"{url('list')}?{query}").status_code == 400


def test_an_address_that_names_a_merged_customer_leads_to_the_kept_one(as_user, manager, company):
    survivor = RelationFactory(name="Kept")
    gone = RelationFactory(name="Gone", merged_into=survivor, is_active=False)
    InvoiceFactory(customer=survivor), InvoiceFactory()
    rows = as_user(manager).get(f"/invoices/?customer={gone.pk}").context["rows"]
    assert [row.customer for row in rows] == [survivor]


def test_invoice_issued_meanwhile_shows_what_was_typed_and_asks_nothing(draft, rates, salesperson, manager, as_user):
    invoice = draft()
    issue(invoice, version=1, by=manager)
    rows = lines_data(("Other", "1", "5", rates["low"].pk))
    response = as_user(salesperson).post(url("edit", invoice.pk), head_data(1, subject="Mine") | rows)
    assert (response.status_code, 'type="radio"' in response.text, 'name="subject"' in response.text) == (
        409,
        False,
        False,
    )
    assert "Mila Brand issued this invoice" in response.text
    yours = {row.name: row.yours.replace("\xa0", " ") for row in response.context["conflict"]["differences"]}
    assert (yours["subject"], yours["lines"]) == ("Mine", "1 × Other, € 5.00, 9 %")
