"""The outbox at night: what was sent or dropped long ago goes; what was not sent stays."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from salescrm.mail import clearing, outbox
from salescrm.mail.models import MailState, OutgoingMail

pytestmark = pytest.mark.django_db
State = MailState


def post(state, days, *, kind="test", record=1):
    """A mail that came into this state so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    mail = outbox.post(kind, record, to=f"{state}-{days}@example.com", by=None)
    sent_at = moment if state == State.SENT else None
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, sent_at=sent_at, requested_at=moment, due_at=None)
    return mail


def addresses():
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_old_mail_that_was_sent_or_dropped_goes_and_all_other_stays(monkeypatch):
    monkeypatch.setattr(clearing, "SLICE", 1)
    for state in State:
        for days in (89, 91):
            post(state, days)
    assert clearing.CHORE.run() == 2
    unsent = {State.WAITING, State.UNDERWAY, State.HANDOVER, State.FAILED, State.UNSURE, State.ON_HOLD}
    old = [f"{state}-91@example.com" for state in unsent]
    assert addresses() == sorted([f"{state}-89@example.com" for state in State] + old)
    assert clearing.CHORE.run() == 0


def test_mail_sent_lately_stays_however_long_ago_it_was_requested():
    mail = post(State.SENT, 10)
    OutgoingMail.objects.update(requested_at=timezone.now() - timedelta(days=1000))
    assert clearing.CHORE.run() == 0
    assert OutgoingMail.objects.get() == mail


@pytest.mark.parametrize("state", [State.SENT, State.DROPPED])
def test_without_a_setting_all_of_it_stays(settings, state):
    settings.MAIL_DAYS = 0
    post(state, 10_000)
    assert clearing.CHORE.run() == 0


def test_it_takes_as_many_statements_for_many_as_for_one():
    counts = []
    for several in (1, 12):
        for _one in range(several):
            post(State.SENT, 100)
        with CaptureQueriesContext(connection) as queries:
            assert clearing.CHORE.run() == several
        counts.append(len(queries))
    assert counts[0] == counts[1]
