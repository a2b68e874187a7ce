"""The forms for logging in, for another password, for the profile, for users and for teams."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from salescrm.accounts import browsers, lockout
from salescrm.accounts.resets import RESET
from salescrm.accounts.roles import LABELS
from salescrm.accounts.users import role_of
from salescrm.forms.rendering import Segmented
from salescrm.mail.outbox import renew, try_once
from salescrm.models import Team, User


class LoginForm(auth_forms.AuthenticationForm):
    """E-mail address and password; capitals in the address do not matter."""

    request: HttpRequest

    username = auth_forms.UsernameField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        "invalid_login": _("This e-mail address and password do not belong together."),
        "inactive": _("This account has been deactivated."),
    }

    def clean(self) -> dict[str, Any]:
        """Count this try first: for the client, and for the account unless this browser is known there."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return super().clean()
        email, client = email.strip().lower(), lockout.client_of(self.request)
        name = browsers.known_as(self.request, email)
        account = (lockout.BROWSER, name) if name else (lockout.ACCOUNT, email)
        lockout.count((lockout.CLIENT, client), account)
        cleaned = super().clean()
        lockout.give_back(lockout.CLIENT, client)
        lockout.clear(*account)
        return cleaned


class ResetForm(auth_forms.PasswordResetForm):
    """Mails a link in the user's language; also to somebody who was invited and never chose a password."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, client: str = "", **kwargs: Any) -> None:
        self.client = client
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Count every mail, known address or not: nobody gets too many, and no answer reveals which addresses exist."""
        if email := self.cleaned_data.get("email"):
            lockout.count((lockout.MAIL_CLIENT, self.client), (lockout.MAIL, email.strip().lower()))
        return self.cleaned_data

    def get_users(self, email: str) -> QuerySet[User]:
        return User.objects.filter(email=email.strip().lower(), is_active=True)

    def save(self, *, request: HttpRequest, **kwargs: Any) -> None:  # type: ignore[override] # all else is ours
        """Have the mail sent that goes to this address; where no worker lives, try it once at once."""
        for user in self.get_users(self.cleaned_data["email"]):
            site = request.build_absolute_uri("/").rstrip("/")
            try_once(renew(RESET.name, user.pk, to=user.email, by=None, site=site))


class PasswordAlone(auth_forms.SetPasswordMixin):
    """Stores the password and nothing else of the user: the rest may have been changed since it was read."""

    def set_password_and_save(self, user: User, *args: Any, **kwargs: Any) -> User:
        """Set the password that was typed."""
        super().set_password_and_save(user, *args, **kwargs | {"commit": False})
        user.save(update_fields=["password"])
        return user


class NewPasswordForm(PasswordAlone, auth_forms.SetPasswordForm):
    """Another password for who forgot it, or the first one."""


class ChangeForm(PasswordAlone, auth_forms.PasswordChangeForm):
    """The old password may be tried as often as at the log-in: the browser may have been left alone."""

    def clean_old_password(self) -> str:
        lockout.count((lockout.OLD_PASSWORD, self.user.pk))
        old_password = super().clean_old_password()
        lockout.clear(lockout.OLD_PASSWORD, self.user.pk)
        return old_password


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"}), "language": forms.RadioSelect}


class UserForm(forms.ModelForm):
    """A user and the one role they have; with `invited`, how they get their first password."""

    role = forms.ChoiceField(label=_("Role"), choices=LABELS.items, widget=forms.RadioSelect)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ["name", "email", "language"]
        widgets = {"language": Segmented, "email": forms.EmailInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["role"] = role_of(self.instance) if self.instance.pk else "salesperson"
        if self.instance.pk:
            self.initial["teams"] = list(self.instance.teams.all())
        if not Team.objects.exists():
            del self.fields["teams"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def values(self) -> dict[str, Any]:
        """What `change_user` needs."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {"values": values, "role": self.cleaned_data["role"], "teams": self.cleaned_data.get("teams")}


class HandOverForm(forms.Form):
    """Who takes over what a colleague holds."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Who takes it over"), empty_label=_("Choose a colleague"))

    def __init__(self, *args: Any, subject: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = User.objects.active().exclude(pk=subject.pk).order_by("name", "pk")


class TeamForm(forms.ModelForm):
    """A team and who is in it."""

    members = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Team
        fields = ["name", "members"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance.members.values("pk") if self.instance.pk else []
        members: Any = self.fields["members"]
        members.queryset = User.objects.filter(Q(is_active=True) | Q(pk__in=known))
