"""The demo data: complete, believable, and put there once."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.utils import timezone
from stdnum import iban
from stdnum.eu import vat

from invoicing.models import Invoice
from projects.models import Project, Service
from relations.models import Contact, Relation, RelationNote
from sales.demo.loading import LOGINS, load
from sales.listing.filters import SaleFilter
from sales.models import Phase, Sale, SaleEvent, SaleLine, SaleNote, SavedView
from salescrm.accounts.backends import RoleBackend
from salescrm.accounts.roles import ADMINISTRATOR, MANAGER, SALESPERSON
from salescrm.background.queue import due, sweep
from salescrm.calendar import add_months, month_start, today
from salescrm.mail.models import OutgoingMail
from salescrm.models import Team, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["en", "nl"])
def demo(request):
    load(request.param)
    return request.param


def test_demo_has_something_for_every_page(demo):
    day, sales = today(), Sale.objects.all()
    won, lost = sales.accepted().count(), sales.lost().count()

    assert (sales.count(), won, lost) == (140, 38, 47)
    assert sales.overdue(day).count() >= 5
    assert sales.open().filter(expected_end_date=None).count() >= 5
    assert sales.open().filter(expected_end_date__gte=add_months(month_start(day), 12)).count() >= 2
    assert sales.open().filter(expected_revenue=None).count() >= 1
    assert sales.open().filter(next_step_on__lt=day).exists()
    assert sales.open().filter(next_step_on=day).exists()
    assert sales.open().filter(next_step_on__gt=day).exists()
    assert sales.lost().exclude(lost_to=None).count() >= 5
    assert sales.filter(owner__email=LOGINS[0], status="open").count() >= 8
    assert {sale.phase.position for sale in sales.open().select_related("phase")} == {0, 1, 2, 3, 4}
    assert Invoice.objects.filter(status="draft").count() == 4
    assert Invoice.objects.exclude(number="").count() == 8
    assert Project.objects.active().exists()
    assert Service.objects.count() > 9
    assert Relation.objects.count() > 60
    assert Contact.objects.count() > 30


def test_demo_has_something_for_the_sales_desk(demo):
    day, notes = today(), SaleNote.objects.select_related("sale")
    aged = Sale.objects.aged(day).count()

    assert 3 <= aged < Sale.objects.open().count() / 3
    assert Phase.objects.exclude(age_limit=None).count() == 5
    assert [team.members.count() >= 2 for team in Team.objects.all()] == [True, True]
    assert {note.kind for note in notes} == {"call", "mail", "meeting", "note"}
    assert all(note.at.date() >= note.sale.start_date for note in notes)
    assert {note.kind for note in notes if note.at.date() > day} == {"meeting"}
    assert RelationNote.objects.count() == 8
    for view in SavedView.objects.all():
        assert SaleFilter.parse(QueryDict(view.query)).apply(Sale.objects.all(), today=day).exists(), view.name
    assert sorted(SavedView.objects.values_list("owner__email", "shared")) == [
        ("manager@demo.example", True), ("manager@demo.example", True), ("sales@demo.example", False),
    ]  # fmt: skip


def test_demo_history_replays_to_the_rows(demo):
    now = timezone.now()
    for sale in Sale.objects.prefetch_related("events"):
        events = sorted(sale.events.all(), key=lambda event: event.sequence)

        assert [event.sequence for event in events] == list(range(1, sale.last_sequence + 1))
        assert events[0].kind == SaleEvent.Kind.CREATED
        assert events[-1].state() == sale.state()
        assert events[-1].sale_version == sale.version
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[-1].at < now
        assert sale.created_at == events[0].at
        assert all(event.recorded_at == event.at for event in events)


def test_demo_has_lines_that_differ_from_the_expected_revenue_and_lines_that_do_not(demo):
    totals = {}
    for line in SaleLine.objects.select_related("sale"):
        totals.setdefault(line.sale, []).append(line.amount)
    equal = [sum(amounts) == sale.expected_revenue for sale, amounts in totals.items()]

    assert equal.count(True) > 40
    assert equal.count(False) > 10


def test_demo_has_mail_that_failed_and_mail_nobody_knows_of_and_sends_neither(demo):
    mails = OutgoingMail.objects.order_by("pk")
    *arrived, unsure, failed = mails
    assert len(arrived) >= 3 and {mail.state for mail in arrived} == {"sent"}
    assert (unsure.state, failed.state, failed.to.endswith(".exampel")) == ("unsure", "failed", True)
    assert f"<{failed.to}>" in failed.last_error
    assert len(due(mails)) == 0
    sweep(0)
    assert [mail.state for mail in OutgoingMail.objects.order_by("pk")] == [mail.state for mail in mails]
    for mail in mails:
        invoice = Invoice.objects.get(pk=mail.record)
        posted, outcome = invoice.events.order_by("-pk")[:2][::-1]
        assert (posted.kind, outcome.kind, posted.mail, outcome.mail) == ("posted", mail.state, mail, mail)
        assert invoice.sent_at == mail.sent_at
        assert mail.message_id == f"<demo-{invoice.number}@outbox.salescrm>"


def test_demo_shows_its_mail_where_it_was_requested_and_to_the_administrator(demo, client):
    client.force_login(User.objects.get(email=LOGINS[2]))
    unsure, failed = OutgoingMail.objects.exclude(state="sent").order_by("pk")
    listed = client.get("/settings/mail/", {"state": "open"}).context["rows"]
    assert [*listed] == [failed, unsure]
    for mail in (unsure, failed):
        text = client.get(Invoice.objects.get(pk=mail.record).get_absolute_url()).text
        assert mail.to in text and mail.subject in text
        assert 'value="again"' in text


def test_demo_numbers_pass_their_checks_and_belong_to_nobody(demo):
    for relation in Relation.objects.exclude(vat_number=""):
        assert vat.is_valid(relation.vat_number)
        assert relation.iban == "" or (iban.is_valid(relation.iban) and "DEMO" in relation.iban)
        assert relation.coc_number == "" or relation.coc_number.startswith("99")
    assert Relation.objects.exclude(vat_number="").count() > 30


def test_demo_users_log_in_and_have_the_three_roles(demo):
    roles = [User.objects.get(email=email).groups.get().name for email in LOGINS]

    assert roles == [SALESPERSON, MANAGER, ADMINISTRATOR]
    assert [RoleBackend().authenticate(None, username=email, password="demo") for email in LOGINS] == [
        User.objects.get(email=email) for email in LOGINS
    ]


def test_demo_a_second_time_adds_nothing(capsys):
    call_command("demo", language="en")
    before = (Sale.objects.count(), Relation.objects.count(), User.objects.count(), Invoice.objects.count())
    call_command("demo", language="nl")

    assert (Sale.objects.count(), Relation.objects.count(), User.objects.count(), Invoice.objects.count()) == before
    assert "sales@demo.example" in capsys.readouterr().out


def test_demo_refuses_a_production_that_is_in_use(company, settings):
    settings.PRODUCTION = True
    UserFactory(role="salesperson")

    with pytest.raises(CommandError, match="in use"):
        call_command("demo")
    assert Sale.objects.count() == 0


def test_demo_moves_cannot_be_undone_as_if_they_were_new(demo):
    assert not SaleEvent.objects.filter(recorded_at__gt=timezone.now() - timedelta(minutes=10)).exists()
