"""Half a form is not carried out: neither one whose connection broke off, nor one that ran out of time in the proxy."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from salescrm.models import User
from salescrm.serving.bodies import whole_bodies

TOKEN = "t" * 32
FORMS = {"urlencoded": "application/x-www-form-urlencoded", "multipart": None}


@pytest.fixture
def send(rf, client, transactional_db):
    """Change the name on the profile; only the first `part` of the form arrives."""
    user = User.objects.create_user("anna@example.com", name="Anna", language="en")
    client.force_login(user)

    def post(form, part):
        values = {"version": "1", "language": "en", "name": "Anna Bos", "more": "x" * 1000}
        rf.cookies.load({"csrftoken": TOKEN, "sessionid": client.cookies["sessionid"].value})
        typed = "&".join(f"{name}={value}" for name, value in values.items()) if FORMS[form] else values
        request = rf.post(reverse("profile"), typed, **({"content_type": FORMS[form]} if FORMS[form] else {}),
                          headers={"X-CSRFToken": TOKEN})  # fmt: skip
        environ = request.environ
        sent = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(sent[: int(len(sent) * part)])
        head = []
        answer = whole_bodies(WSGIHandler())(environ, lambda status, headers: head.append(status))
        list(answer)
        answer.close()
        user.refresh_from_db()
        return head[0][:3], user.name

    return post


@pytest.mark.parametrize("form", FORMS)
def test_whole_form_is_carried_out(send, form):
    assert send(form, 1) == ("302", "Anna Bos")


@pytest.mark.parametrize("form", FORMS)
def test_half_a_form_is_refused(send, form):
    assert send(form, 0.9) == ("400", "Anna")
