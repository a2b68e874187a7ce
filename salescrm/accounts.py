"""Logging in and out, a forgotten password, and one's own profile. No namespace: Django's own names."""

from django import forms
from django.contrib import messages
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salescrm.logged_out import remember
from salescrm.models import User
from salescrm.pages import page
from salescrm.recent import forget
from salescrm.roles import LABELS
from salescrm.staff import role_of
from salescrm.url_words import way_back


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail address and password; capitals in the address do not matter."""

    username = auth_forms.UsernameField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        "invalid_login": gettext_lazy("This e-mail address and password do not belong together."),
        "inactive": gettext_lazy("This account has been deactivated."),
    }


class ResetForm(auth_forms.PasswordResetForm):
    """Mails a link in the user's language; also to somebody who was invited and never chose a password."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def get_users(self, email):
        return User.objects.filter(email=email.strip().lower(), is_active=True)

    def send_mail(self, subject_template_name, email_template_name, context, *args, **kwargs):
        with translation.override(context["user"].language):
            super().send_mail(subject_template_name, email_template_name, context, *args, **kwargs)


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"}), "language": forms.RadioSelect}


class Unprocessable:
    """An invalid form is answered with status 422, as everywhere."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Login(Unprocessable, auth.LoginView):
    """The log-in page; before the first user exists it leads to the set-up page."""

    authentication_form = LoginForm

    def get(self, request, *args, **kwargs):
        if not request.user.is_authenticated and not User.objects.exists():
            return redirect("setup")
        return super().get(request, *args, **kwargs)

    def get_redirect_url(self, request=None):
        asked = self.request.POST.get(self.redirect_field_name, self.request.GET.get(self.redirect_field_name, ""))
        return way_back(self.request, asked)

    def form_valid(self, form):
        response = super().form_valid(form)
        remember(response, form.get_user())
        return response


class Logout(auth.LogoutView):
    """Log out; what was opened on this browser is forgotten."""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        forget(response)
        return response


class ResetRequest(Unprocessable, auth.PasswordResetView):
    form_class = ResetForm
    success_url = reverse_lazy("password_reset_done")


class ResetConfirm(Unprocessable, auth.PasswordResetConfirmView):
    success_url = reverse_lazy("password_reset_complete")


def profile(request: HttpRequest) -> HttpResponse:
    """One's own name and language; the language applies to the very next page."""
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        translation.activate(request.user.language)
        messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    if form.errors:
        request.user.refresh_from_db(fields=["name", "language"])
    context = {"form": form, "role": LABELS.get(role_of(request.user), "")}
    return page(request, "accounts/profile.html", context, part="profile", status=422 if form.errors else 200)


class PasswordChange(Unprocessable, auth.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("profile")

    def form_valid(self, form):
        messages.success(self.request, _("Your password is changed. Other devices are logged out."))
        return super().form_valid(form)


urlpatterns = [
    path("login/", Login.as_view(), name="login"),
    path("logout/", Logout.as_view(), name="logout"),
    path("profile/", profile, name="profile"),
    path("password/", PasswordChange.as_view(), name="password_change"),
    path("password-reset/", login_not_required(ResetRequest.as_view()), name="password_reset"),
    path(
        "password-reset/sent/",
        login_not_required(auth.PasswordResetDoneView.as_view()),
        name="password_reset_done",
    ),
    path(
        "password-reset/<uidb64>/<token>/",
        login_not_required(ResetConfirm.as_view()),
        name="password_reset_confirm",
    ),
    path(
        "password-reset/done/",
        login_not_required(auth.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
]
