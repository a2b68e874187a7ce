"""Logging in and out, a forgotten password, and one's own profile."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _

from salescrm.accounts import browsers, lockout
from salescrm.accounts.forms import ChangeForm, LoginForm, NewPasswordForm, ProfileForm, ResetForm
from salescrm.accounts.logged_out import remember
from salescrm.accounts.roles import LABELS
from salescrm.accounts.users import change_profile, role_of
from salescrm.forms.submission import refusals_in
from salescrm.forms.versioned import VersionedForm
from salescrm.models import User
from salescrm.pages import Request, page
from salescrm.recent import forget
from salescrm.url_words import way_back
from salescrm.versions import Stale

logger = logging.getLogger(__name__)


class Unprocessable:
    """An invalid form is answered with status 422, as everywhere; one that came too often with 429."""

    get_context_data: Callable[..., dict[str, Any]]
    render_to_response: Callable[..., HttpResponse]

    def form_invalid(self, form: Any) -> HttpResponse:
        return lockout.explain(self.render_to_response(self.get_context_data(form=form), status=422), form)


class RedirectThen(HttpResponseRedirect):
    """A redirect that does its deed after it was sent: the time this takes reveals nothing to the browser."""

    def __init__(self, url: str, deed: Callable[[], object]) -> None:
        super().__init__(url)
        self.deed = deed

    def close(self) -> None:
        super().close()
        try:
            self.deed()
        except Exception:  # the answer has been sent: only the log can say so
            logger.exception("What was left to do after a redirect failed")


class Login(Unprocessable, auth.LoginView):
    """The log-in page; before the first user exists it leads to the set-up page."""

    authentication_form = LoginForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated and not User.objects.exists():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        address = self.request.POST.get(self.redirect_field_name, self.request.GET.get(self.redirect_field_name, ""))
        return way_back(self.request, address)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        remember(response, form.get_user())
        browsers.trust(self.request, response, form.get_user())
        return response


class Logout(auth.LogoutView):
    """Log out; what was opened on this browser is forgotten."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        forget(response)
        return response


class ResetRequest(Unprocessable, auth.PasswordResetView):
    """Ask for a mail. It is made and sent after the answer: only known addresses get one."""

    form_class = ResetForm
    success_url = reverse_lazy("password_reset_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"client": lockout.client_of(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        return RedirectThen(self.get_success_url(), lambda: super(ResetRequest, self).form_valid(form))


class ResetConfirm(Unprocessable, auth.PasswordResetConfirmView):
    """Choose a new password. Who could read the mail is known on this browser from now on."""

    form_class = NewPasswordForm
    success_url = reverse_lazy("password_reset_complete")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        browsers.trust(self.request, response, form.user)
        return response


def profile(request: Request) -> HttpResponse:
    """One's own name and language; the language applies to the very next page."""
    editor = VersionedForm(request, request.user, lambda data, user: ProfileForm(data, instance=user))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                stored = change_profile(request.user, values=editor.form.cleaned_data, version=editor.version)
                translation.activate(stored.language)
                messages.success(request, _("Your profile is saved."))
                return redirect("profile")
    except Stale as stale:
        status = 409
        editor.merge(stale)
    context = {"role": LABELS.get(role_of(request.user), ""), **editor.context}
    return page(request, "accounts/profile.html", context, part="profile", status=status)


class PasswordChange(Unprocessable, auth.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = ChangeForm
    success_url = reverse_lazy("profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is changed. Other devices are logged out."))
        response = super().form_valid(form)
        browsers.trust(self.request, response, form.user)
        return response
