"""Who works here (User, Team), our own company (Organisation), and the counted tries (Attempts)."""

from contextvars import ContextVar
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from salescrm.files import StoredFile
from salescrm.numbering import Counter, NumberSeries
from salescrm.uniqueness import UniqueWords
from salescrm.versions import Creation, Editable

__all__ = [
    "Attempts",
    "Counter",
    "Creation",
    "NumberSeries",
    "Organisation",
    "StoredFile",
    "Team",
    "User",
    "UserManager",
]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        """Find a user by e-mail address; capitals do not matter."""
        return self.get(email=(email or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user who logs in with `email` (stored in lower case); without a password log-in is impossible."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def active(self, current: Any = None) -> QuerySet["User"]:
        """Users who can be selected; `current` stays selectable when it has left."""
        return self.filter(Q(is_active=True) | Q(pk=getattr(current, "pk", current)))

    def in_order(self) -> QuerySet["User"]:
        """Everybody by name, those who left last."""
        return self.order_by("-is_active", "name", "pk")

    def holders(self, rows: QuerySet[Any], *current: int | None) -> QuerySet["User"]:
        """Whom a list can be narrowed to, those who left last: active, selected now, or still the owner of `rows`."""
        holds = Exists(rows.order_by().filter(owner=OuterRef("pk")))
        return self.in_order().filter(Q(is_active=True) | Q(pk__in=current) | Q(holds))


class User(AbstractBaseUser, PermissionsMixin, Editable):
    CHANGED = _("%(who)s changed these details after you opened them. Nothing of yours was stored.")

    class Language(models.TextChoices):
        DUTCH = "nl", "Nederlands"
        ENGLISH = "en", "English"

    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("This e-mail address is already in use.")}
    )
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.DUTCH)
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(_("added"), auto_now_add=True)

    organisation: str  # the name of ours before it is stored: a password is not made of it
    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))),
                name="user_email_is_lower_case",
                violation_error_message=_("An e-mail address is stored in lower case."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def label(self) -> str:
        """The name in a choice: with a remark for somebody who left."""
        return str(self) if self.is_active else _("%(name)s (no longer active)") % {"name": self}

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def teammates(self) -> set[int]:
        """The ids of everybody in a team of this user, who is among them; read with the user on every request."""
        if not hasattr(self, "_teammates"):
            shared = User.objects.filter(teams__in=self.teams.all())
            self._teammates = {self.pk, *shared.order_by().values_list("pk", flat=True)}
        return self._teammates


class Team(Editable):
    CHANGED = _("%(who)s changed this team after you opened it. Nothing of yours was stored.")

    name = models.CharField(_("name"), max_length=100)
    members = models.ManyToManyField(User, related_name="teams", blank=True, verbose_name=_("members"))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            UniqueWords(
                Lower("name"),
                name="team_name_is_unique",
                violation_error_message=_("There is already a team with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("settings:team", args=[self.pk])


_current: ContextVar["Organisation | None"] = ContextVar("organisation", default=None)


class Organisation(Editable):
    """Our own company: one row, whose version the patterns of its numbers raise as well."""

    CHANGED = _("%(who)s changed these settings after you opened them. Nothing of yours was stored.")

    class SalesVisible(models.TextChoices):
        ALL = "all", _("Salespeople see all sales")
        TEAM = "team", _("Salespeople see the sales of their teams")
        OWN = "own", _("Salespeople see their own sales")

    class VatExemption(models.TextChoices):
        SMALL = "small", _("small businesses scheme (KOR)")
        ACTIVITIES = "activities", _("exempt activities (article 11)")

    name = models.CharField(_("name"), max_length=200)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    website = models.URLField(_("website"), blank=True)
    coc_number = models.CharField(_("KvK number"), max_length=20, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    vat_exemption = models.CharField(_("VAT exemption"), max_length=10, choices=VatExemption, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Amsterdam")
    language = models.CharField(_("language"), max_length=2, choices=User.Language, default=User.Language.DUTCH)
    sales_visible = models.CharField(_("who sees what"), max_length=4, choices=SalesVisible, default=SalesVisible.ALL)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="organisation_is_one_row",
                violation_error_message=_("There is one organisation."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("settings:organisation")

    @classmethod
    def current(cls) -> "Organisation":
        """Our company; read once per request. Before set-up an unsaved one with the defaults."""
        organisation = _current.get()
        if organisation is None:
            organisation = cls.objects.filter(pk=1).first() or cls(pk=1)
            organisation.remember()
        return organisation

    def remember(self) -> None:
        """Use this copy as `current()` for the rest of the request."""
        if _keeps.get():
            _current.set(self)

    @staticmethod
    def keep() -> None:
        """Begin a request: forget the copy of the previous one and keep the next."""
        _current.set(None)
        _keeps.set(True)

    @staticmethod
    def forget() -> None:
        """End a request (or drop a copy that has just been changed)."""
        _current.set(None)
        _keeps.set(False)


_keeps: ContextVar[bool] = ContextVar("organisation is kept for this request", default=False)


class Attempts(models.Model):
    """The tries of one client, for one account and so on that are not forgotten yet; whose they are is a hash."""

    key = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()  # of the last one
    until = models.DateTimeField(db_index=True)  # when all are forgotten

    class Meta:
        verbose_name = "attempts"
        verbose_name_plural = "attempts"

    def __str__(self) -> str:
        return self.key
