"""A mail server of the test's own, and somebody who gets mail."""

import pytest

from salescrm.mail import outbox
from tests.salescrm.mail.server import mail_server


@pytest.fixture
def server(settings):
    """A scripted mail server, to which mail of this process goes."""
    with mail_server() as server:
        settings.MAILERS = server.mailers
        yield server


@pytest.fixture
def mail(administrator):
    """A mail that waits."""
    return outbox.post("test", administrator.pk, to=administrator.email, by=administrator)
