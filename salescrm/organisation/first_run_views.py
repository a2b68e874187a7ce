"""/setup/: exists only while there is no user (rule 24)."""

from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from salescrm.accounts.browsers import trust
from salescrm.accounts.lockout import client_of, explain
from salescrm.accounts.logged_out import remember
from salescrm.forms.rendering import Segmented
from salescrm.models import User
from salescrm.money import written_in
from salescrm.organisation.first_run import (
    announce_code,
    check_code,
    is_first_run,
    set_up,
)
from salescrm.pages import page


class SetUpForm(SetPasswordMixin, forms.Form):
    code = forms.CharField(
        label=_("Set-up code"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
        help_text=_("The server has just written it to its log."),
    )  # fmt: skip
    organisation = forms.CharField(
        label=_("Your organisation"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=User.Language, widget=Segmented,
        help_text=_("Phases, reasons, sources and relation types start in this language."),
    )  # fmt: skip
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password1, password2 = SetPasswordMixin.create_password_fields()

    def __init__(self, *args: Any, client: str, **kwargs: Any) -> None:
        self.client = client
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        check_code(self.cleaned_data["code"], self.client)
        return self.cleaned_data["code"]

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        user = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        user.organisation = self.cleaned_data.get("organisation", "")  # a password is not made of its name
        self.validate_password_for_user(user)
        return super().clean()

    @property
    def values(self) -> dict:
        """What set_up() takes."""
        names = ("organisation", "language", "name", "email")
        return {name: self.cleaned_data[name] for name in names} | {"password": self.cleaned_data["password1"]}


@sensitive_post_parameters()
@login_not_required
def set_up_page(request: HttpRequest) -> HttpResponse:
    """The first administrator makes the installation theirs; the code proves that they can read the log."""
    if not is_first_run():
        raise Http404
    initial = {"language": written_in(get_language())}
    posted = request.POST if request.method == "POST" else None
    form = SetUpForm(posted, initial=initial, client=client_of(request))
    if form.is_bound and form.is_valid():
        try:
            user = set_up(**form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user, backend="salescrm.accounts.backends.RoleBackend")
            response = redirect("/")
            remember(response, user)
            trust(request, response, user)
            return response
    announce_code()
    answer = page(request, "organisation/set_up.html", {"form": form}, part="form", status=422 if form.errors else 200)
    return explain(answer, form)
