"""Switches, organisation and users: the pages of Settings that are not lists."""

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from relations.models import RelationType
from sales.models import LossReason, SalesSettings
from salescrm.accounts.users import role_of
from salescrm.mail import outbox
from salescrm.mail.models import OutgoingMail
from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries
from tests.at_once import beside
from tests.factories import SaleFactory, UserFactory

SWITCHES = {
    "version": 1,
    "accept_reason": "required", "loss_reason": "off", "own_probability": "on", "sales_to_persons": "on",
    "sales_visible": "own", "project_pattern": "X{year}{seq:03}",
}  # fmt: skip
ORGANISATION = {
    "version": 1,
    "name": "Bakkerij", "coc_number": "12345678", "vat_number": "NL123456782B90", "iban": "NL91 ABNA 0417 1643 00",
    "payment_days": "14", "time_zone": "Europe/Lisbon", "language": "nl", "relation_pattern": "R{seq:03}",
    "invoice_pattern": "{year}-{seq:05}",
}  # fmt: skip


@pytest.fixture
def admin(as_user, administrator):
    return as_user(administrator)


def test_the_switches_are_stored(admin):
    accepted_type = SalesSettings.objects.get().accepted_type
    answer = admin.post(reverse("settings:sales"), SWITCHES | {"accepted_type": accepted_type.pk})
    assert answer.status_code == 302
    switches = SalesSettings.objects.get()
    assert (switches.accept_reason, switches.loss_reason, switches.accepted_type) == ("required", "off", accepted_type)
    assert (switches.lost_to, switches.source) == (False, False)
    assert (switches.own_probability, switches.sales_to_persons) == (True, True)
    assert Organisation.objects.get().sales_visible == "own"
    series = NumberSeries.objects.get(kind="project")
    assert (series.is_active, series.pattern) == (False, "X{year}{seq:03}")


@pytest.mark.parametrize("wrong", [{"project_pattern": "X"}, {"accept_reason": "maybe"}, {"sales_visible": ""}])
def test_wrong_switches_are_refused(admin, wrong):
    assert admin.post(reverse("settings:sales"), SWITCHES | wrong).status_code == 422
    assert SalesSettings.objects.get().accept_reason == "optional"


def test_a_reason_cannot_be_required_without_reasons_and_the_page_says_why(admin):
    LossReason.objects.update(is_active=False)
    answer = admin.post(reverse("settings:sales"), SWITCHES | {"loss_reason": "required"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["loss_reason"]


def test_a_retired_relation_type_is_not_offered_for_acceptance(admin):
    retired = RelationType.objects.last()
    RelationType.objects.filter(pk=retired.pk).update(is_active=False)
    answer = admin.post(reverse("settings:sales"), SWITCHES | {"accepted_type": retired.pk})
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["index", "sales", "organisation", "users", "user-new"])
def test_reading_settings_writes_nothing(admin, name, reads_only):
    with reads_only():
        assert admin.get(reverse(f"settings:{name}")).status_code == 200
        assert admin.get(reverse(f"settings:{name}"), headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["sent", "waiting", "dropped"], "What became of every mail"),
        (["failed", "sent"], "1 mail waits for your decision"),
        (["failed", "unsure", "on_hold", "waiting"], "3 mails wait for your decision"),
    ],
)
def test_the_index_says_how_many_mails_wait_for_a_decision(admin, states, words):
    for state in states:
        posted = outbox.post("test", 1, to="a@b.example", by=None)
        sent_at = timezone.now() if state == "sent" else None
        OutgoingMail.objects.filter(pk=posted.pk).update(state=state, due_at=None, sent_at=sent_at)
    page = admin.get(reverse("settings:index")).text
    assert words in page
    assert ("your decision" in page) == ("decision" in words) == (f"{reverse('settings:mail')}?state=open" in page)


def test_the_index_says_that_no_worker_runs(transactional_db, admin):
    assert "No worker runs" in admin.get(reverse("settings:index")).text
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert "No worker runs" not in admin.get(reverse("settings:index")).text


@pytest.mark.parametrize(("pattern", "example"), [("P{seq:03}", "<b>P001</b>"), ("P", "not a pattern")])
def test_an_example_follows_the_pattern(admin, pattern, example):
    url = reverse("settings:number-example")
    assert example in admin.get(url, {"invoice_pattern": pattern}).content.decode()


def test_numbers_of_the_organisation_are_stored_compact_and_shown_as_people_write_them(admin):
    typed = {
        "coc_number": "12.34.56.78",
        "vat_number": "gb 980 7806 84",
        "iban": "mt84 malt 0110 0001 2345 mtlc ast0 01s",
    }
    assert admin.post(reverse("settings:organisation"), ORGANISATION | typed).status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.coc_number, organisation.vat_number, organisation.iban) == (
        "12345678", "GB980780684", "MT84MALT011000012345MTLCAST001S",
    )  # fmt: skip
    assert 'value="MT84 MALT 0110 0001 2345 MTLC AST0 01S"' in admin.get(reverse("settings:organisation")).text


def test_an_exemption_of_vat_is_stated_instead_of_a_number(admin):
    values = ORGANISATION | {"vat_number": "", "vat_exemption": "small"}
    assert admin.post(reverse("settings:organisation"), values).status_code == 302
    assert Organisation.objects.get().vat_exemption == "small"
    answer = admin.post(reverse("settings:organisation"), values | {"version": 2, "vat_exemption": "other"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["vat_exemption"])


def test_the_organisation_is_stored(admin):
    answer = admin.post(reverse("settings:organisation"), ORGANISATION)
    assert answer.status_code == 302
    organisation = Organisation.objects.get()
    stored = ORGANISATION | {"iban": "NL91ABNA0417164300", "version": "2"}
    assert {name: str(getattr(organisation, name)) for name in list(stored)[:8]} == dict(list(stored.items())[:8])
    assert dict(NumberSeries.objects.values_list("kind", "pattern"))["invoice"] == "{year}-{seq:05}"
    assert dict(NumberSeries.objects.values_list("kind", "is_active")) == {
        "invoice": True, "project": True, "relation": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"coc_number": "123"}, {"vat_number": "NL1"}, {"iban": "NL00ABNA"},
        {"time_zone": "Europe/Nowhere"}, {"language": "fr"}, {"invoice_pattern": "{seq}{seq}"}, {"payment_days": "-1"},
    ],
)  # fmt: skip
def test_a_wrong_organisation_is_refused(admin, wrong):
    answer = admin.post(reverse("settings:organisation"), ORGANISATION | wrong)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, list(wrong))
    assert Organisation.objects.get().name == "Our company"


NEW = {"name": "Noor Visser", "email": "Noor@Example.com", "language": "nl", "role": "manager"}


def test_a_new_user_is_invited_by_mail_and_chooses_a_password(admin, client):
    answer = admin.post(reverse("settings:user-new"), NEW | {"token": uuid4()})
    assert (answer.status_code, answer.url) == (302, reverse("settings:users"))
    user = User.objects.get(email="noor@example.com")
    assert (user.name, user.language, role_of(user), user.has_usable_password()) == (
        "Noor Visser", "nl", "manager", False,
    )  # fmt: skip
    (message,) = mail.outbox
    assert message.to == ["noor@example.com"]
    link = re.search(r"http://testserver(/\S+)", message.body).group(1)
    form = client.get(link, follow=True)
    passwords = {"new_password1": "kaas-en-brood-7", "new_password2": "kaas-en-brood-7"}
    assert client.post(form.redirect_chain[-1][0], passwords).status_code == 302
    assert client.login(username="noor@example.com", password="kaas-en-brood-7", request=form.wsgi_request)


def test_a_mail_that_fails_is_said_and_shows_no_secret(admin, settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9},
        }
    }
    answer = admin.post(reverse("settings:user-new"), NEW | {"token": uuid4()}, follow=True)
    (message,) = answer.context["messages"]
    assert message.level_tag == "warning"
    assert "password-reset" not in answer.content.decode()
    assert User.objects.filter(email="noor@example.com").exists()


def test_an_address_is_used_once(admin, manager):
    answer = admin.post(reverse("settings:user-new"), NEW | {"email": manager.email.upper(), "token": uuid4()})
    assert (answer.status_code, list(answer.context["form"].errors), mail.outbox) == (422, ["email"], [])


def test_a_role_is_changed(admin, manager):
    values = {"version": 1, "name": "Mila", "email": manager.email, "language": "nl", "role": "salesperson"}
    assert admin.post(reverse("settings:user", args=[manager.pk]), values).status_code == 302
    manager = User.objects.get(pk=manager.pk)
    assert (manager.name, manager.language, role_of(manager)) == ("Mila", "nl", "salesperson")


def test_the_last_administrator_and_oneself_stay_administrator(admin, administrator):
    values = {"version": 1, "name": "Ad", "email": administrator.email, "language": "en", "role": "manager"}
    second = UserFactory(role="administrator")
    answer = admin.post(reverse("settings:user", args=[administrator.pk]), values)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["role"])
    assert admin.post(reverse("settings:user-access", args=[administrator.pk]), {"admit": "no"}).status_code == 422
    assert admin.post(reverse("settings:user-access", args=[second.pk]), {"admit": "no"}).status_code == 302
    assert set(User.objects.filter(is_active=True)) == {administrator}


def test_deactivating_shows_the_open_sales_and_refuses_the_session(admin, as_user, salesperson, manager):
    SaleFactory.create_batch(3, owner=salesperson)
    SaleFactory(owner=manager)
    theirs = as_user(salesperson)
    assert theirs.get(reverse("profile")).status_code == 200
    url = reverse("settings:user-access", args=[salesperson.pk])
    content = admin.get(url).content.decode()
    assert "3 open sales" in content
    assert f"/sales/?status=open&amp;owner={salesperson.pk}" in content
    for _twice in range(2):
        assert admin.post(url, {"admit": "no"}).status_code == 302
        assert not User.objects.get(pk=salesperson.pk).is_active
    assert theirs.get(reverse("profile")).status_code == 302
    admin.post(url, {"admit": "yes"})
    assert User.objects.get(pk=salesperson.pk).is_active


@pytest.mark.parametrize("rows", [1, 30])
def test_the_users_cost_the_same_for_any_number_of_rows(admin, rows, django_assert_num_queries):
    UserFactory.create_batch(rows, role="salesperson")
    with django_assert_num_queries(5):  # session, oneself with role, users, their roles, invitations
        admin.get(reverse("settings:users"))
