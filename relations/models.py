"""Who we deal with: relations (organizations and persons), their types and contacts."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, TextField, Value, When
from django.db.models.functions import Replace, Substr, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relations.querysets import RelationQuerySet, RelationTypeQuerySet
from salescrm.lookups import Lookup
from salescrm.models import User
from salescrm.notes.models import OWN_NOTE, Note
from salescrm.organisation.numbers import show_iban
from salescrm.organisation.validators import validate_coc_number, validate_iban, validate_vat_number
from salescrm.versions import Versioned
from salescrm.words import folded


def _rewritten(column: str, pattern: str, new: str) -> Func:
    return Func(F(column), Value(pattern), Value(new), function="regexp_replace", output_field=TextField())


WORDS = folded("function", "email", phones=("phone", "mobile"))  # what search looks in for a contact, beside the person
# What search looks in: numbers as one word and in the parts that people type, a website without its beginning.
RELATION_WORDS = folded(
    "name", "number", "former_numbers", "email", "invoice_email", "coc_number", "vat_number", Substr("vat_number", 3),
    "iban", "street", "postcode", Replace("postcode", Value(" ")),
    _rewritten("postcode", "([0-9])([A-Za-z])", r"\1 \2"), "city", _rewritten("website", r"^https?://(www\.)?", ""),
    phones=("phone", "mobile"),
)  # fmt: skip


class RelationType(Lookup):
    USED_BY = "relations"

    is_default = models.BooleanField(_("proposed for a new relation"), default=False)

    objects = RelationTypeQuerySet.as_manager()  # type: ignore[misc] # it is one of the class, too

    class Meta(Lookup.Meta):
        verbose_name = _("relation type")
        verbose_name_plural = _("relation types")
        constraints = [
            *Lookup.Meta.constraints,
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="relation_type_default_is_one",
                violation_error_message=_("Only one relation type is proposed for a new relation."),
            ),
        ]


class Relation(Versioned):
    CHANGED = _("%(who)s changed this relation after you opened it. Nothing of yours was stored.")

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", _("organization")
        PERSON = "person", _("person")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORGANIZATION)
    number = models.CharField(_("number"), max_length=30, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    sort_key = models.CharField(max_length=250, editable=False, default="")
    relation_type = models.ForeignKey(
        RelationType, on_delete=models.PROTECT, related_name="relations", verbose_name=_("relation type")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="relations",
        verbose_name=_("owner"),
    )
    coc_number = models.CharField(_("KvK number"), max_length=20, blank=True, validators=[validate_coc_number])
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True, validators=[validate_vat_number])
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, validators=[validate_iban])
    email = models.EmailField(_("e-mail address"), blank=True)
    invoice_email = models.EmailField(_("e-mail address for invoices"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    mobile = models.CharField(_("mobile phone"), max_length=50, blank=True, default="", db_default="")
    website = models.URLField(_("website"), blank=True)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=User.Language, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    # What likely duplicates have in common: the name without legal form, and the domain of e-mail address or website.
    name_key = models.CharField(max_length=250, editable=False, default="", db_default="")
    domain = models.CharField(max_length=200, editable=False, default="", db_default="")
    # A relation merged into another one stays as a signpost: its number and its address lead there.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    former_numbers = models.TextField(_("former numbers"), editable=False, default="", db_default="")
    # Search finds no relation that was merged into another: the numbers it had lead to the other one.
    search = models.GeneratedField(
        expression=Case(When(merged_into=None, then=RELATION_WORDS), default=Value("", SearchVectorField())),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        ordering = ["sort_key", "pk"]
        permissions = [
            ("deactivate_relation", "Can deactivate a relation"),
            ("merge_relation", "Can merge two relations"),
            ("export_relation", "Can export relations"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="relation_number_is_unique",
                violation_error_message=_("There is already a relation with this number."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="relation_has_a_name",
                violation_error_message=_("A relation has a name."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(is_active=False) & ~Q(merged_into=F("pk"))),
                name="relation_is_merged_into_another_and_inactive",
                violation_error_message=_("A merged relation is not active."),
            ),
        ]
        indexes = [
            # Which relations may be the same as this one?
            models.Index(fields=["name_key"], name="relation_name_key", condition=~Q(name_key="")),
            models.Index(fields=["domain"], name="relation_domain", condition=~Q(domain="")),
            models.Index(fields=["coc_number"], name="relation_coc_number", condition=~Q(coc_number="")),
            models.Index(fields=["vat_number"], name="relation_vat_number", condition=~Q(vat_number="")),
            models.Index(Upper("email"), name="relation_email"),
            GinIndex(fields=["search"], name="relation_search"),
            # Which persons have words that begin like these, where thousands of organizations do too?
            GinIndex(fields=["search"], name="relation_person_search", condition=Q(kind="person")),
            models.Index(fields=["sort_key", "id"], name="relation_by_name"),
            GinIndex(OWN_NOTE, name="relation_own_note"),  # What did somebody write about a relation?
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("relations:detail", args=[self.pk])

    @property
    def is_person(self) -> bool:
        """Whether this is a human being, not an organization."""
        return self.kind == self.Kind.PERSON

    @property
    def printed_iban(self) -> str:
        """The bank account in groups of four."""
        return show_iban(self.iban)

    @property
    def reach_by(self) -> str:
        """The number to call where there is room for one."""
        return self.mobile or self.phone

    @property
    def bare_website(self) -> str:
        """The website without what every website has."""
        return self.website.removeprefix("https://").removeprefix("http://").removesuffix("/")

    @property
    def address_lines(self) -> list[str]:
        """The address as it stands on an envelope."""
        place = "  ".join(part for part in (self.postcode, self.city) if part)
        return [line for line in (self.street, place, self.country) if line]


class Contact(models.Model):
    """A person at an organization."""

    WORDS = WORDS

    organization = models.ForeignKey(
        Relation, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("organization")
    )
    person = models.ForeignKey(Relation, on_delete=models.PROTECT, related_name="positions", verbose_name=_("person"))
    function = models.CharField(_("function"), max_length=100, blank=True)
    email = models.EmailField(_("work e-mail address"), blank=True)
    phone = models.CharField(_("work phone"), max_length=50, blank=True)
    mobile = models.CharField(_("work mobile phone"), max_length=50, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["person__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person"],
                name="contact_is_once_per_organization",
                violation_error_message=_("This person is already a contact person of this organization."),
            ),
            models.CheckConstraint(
                condition=~Q(organization=F("person")),
                name="contact_is_somebody_else",
                violation_error_message=_("A relation is not its own contact person."),
            ),
        ]
        indexes = [GinIndex(WORDS, name="contact_words")]  # Which contacts have words that begin like these?

    def __str__(self) -> str:
        return f"{self.person}, {self.function}" if self.function else str(self.person)

    @property
    def reach_by(self) -> str:
        """The number to call where there is room for one."""
        return self.mobile or self.phone


class RelationNote(Note):
    """Something on the timeline of a relation."""

    relation = models.ForeignKey(Relation, on_delete=models.PROTECT, related_name="notes")

    class Meta(Note.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["relation", "-at"], name="relation_note_latest"),
            GinIndex(Note.WORDS, name="relation_note_words"),
        ]

    def get_absolute_url(self) -> str:
        return f"{self.relation.get_absolute_url()}#timeline"


class Apart(models.Model):
    """Two relations that look alike and are not the same: somebody marked them, so no list of duplicates holds them."""

    first = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("pair that is no duplicate")
        verbose_name_plural = _("pairs that are no duplicates")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="apart_names_the_older_first",
                violation_error_message=_("A pair are two relations, the older one first."),
            ),
            models.UniqueConstraint(
                fields=["first", "second"],
                name="apart_is_once_per_pair",
                violation_error_message=_("These two are known not to be the same."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
