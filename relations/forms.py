"""The forms of relations and contact persons."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from relations.fields import RelationField
from relations.models import Contact, Relation, RelationType
from salescrm.models import Organisation, User
from salescrm.organisation.fields import NumberFormField

PERSON_NAMES = ["first_name", "prefix", "family_name"]
REACH = ["email", "phone", "mobile"]
ADDRESS = ["street", "postcode", "city", "country"]
NUMBERS = ["coc_number", "vat_number", "iban"]
BILLING = ["invoice_email", "payment_days", *NUMBERS, "language"]


class RelationForm(forms.ModelForm):
    """What organizations and persons share. `groups` is how the page lays the fields out."""

    coc_number = NumberFormField("coc_number", label=_("KvK number"))
    vat_number = NumberFormField("vat_number", label=_("VAT number"))
    iban = NumberFormField("iban", label=_("IBAN"))
    payment_days = forms.IntegerField(label=_("Payment term in days"), required=False, min_value=0, max_value=365)

    def __init__(self, *args, by: User, initial: dict | None = None, **kwargs):
        instance = kwargs.get("instance")
        start = {} if instance else {"owner": by.pk, "relation_type": RelationType.objects.proposed()}
        super().__init__(*args, initial=start | (initial or {}), **kwargs)
        self._offer("relation_type", RelationType.objects.selectable(getattr(instance, "relation_type_id", None)))
        self._offer("owner", User.objects.active(getattr(instance, "owner_id", None)))
        self._describe()
        if not instance:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def _offer(self, name: str, queryset) -> None:
        if name in self.fields:
            self.fields[name].queryset = queryset

    def _describe(self) -> None:
        fields = self.fields
        if "relation_type" in fields:
            fields["relation_type"].empty_label = None
        if "owner" in fields:
            fields["owner"].empty_label = _("No owner")
        if "website" in fields:
            fields["website"].widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"})
        if "payment_days" in fields:
            fields["payment_days"].widget.attrs["placeholder"] = Organisation.current().payment_days
        if "language" in fields:
            fields["language"].choices = [("", _("As our own organisation")), *User.Language.choices]
        if "note" in fields:
            fields["note"].widget.attrs["rows"] = 4

    def values(self) -> dict:
        """What a domain function stores."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def groups(self):
        """The fields as (title, bound fields), in the order of the page."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]


class OrganizationForm(RelationForm):
    GROUPS = [
        (_("Organization"), ["name", "relation_type", "owner"]),
        (_("How to reach it"), [*REACH, "website"]),
        (_("Address"), ADDRESS),
        (_("Billing"), BILLING),
        ("", ["note"]),
    ]

    class Meta:
        model = Relation
        fields = ["name", "relation_type", "owner", *REACH, "website", *ADDRESS, *BILLING, "note"]

    def clean_name(self):
        """Single spaces only, so that a name typed again is the same name."""
        return " ".join(self.cleaned_data["name"].split())


class PersonNames(forms.ModelForm):
    """The three parts of a Dutch name; one of first and family name is enough."""

    def clean(self):
        data = super().clean()
        for name in PERSON_NAMES:
            data[name] = " ".join(data.get(name, "").split())
        if not (data["first_name"] or data["family_name"] or self.errors):
            raise ValidationError({"family_name": _("Enter a first name or a family name.")}, code="required")
        return data


class PersonForm(PersonNames, RelationForm):
    GROUPS = [
        (_("Person"), [*PERSON_NAMES, "relation_type", "owner"]),
        (_("How to reach this person"), [*REACH, "website"]),
        (_("Address"), ADDRESS),
        (_("Billing"), BILLING),
        ("", ["note"]),
    ]

    class Meta:
        model = Relation
        fields = [*PERSON_NAMES, "relation_type", "owner", *REACH, "website", *ADDRESS, *BILLING, "note"]
        help_texts = {"prefix": _("For example “van der”. Not used for sorting.")}


class QuickOrganizationForm(OrganizationForm):
    """The little that is needed to choose a new organization at once."""

    coc_number = vat_number = iban = payment_days = None

    class Meta(OrganizationForm.Meta):
        fields = ["name", "relation_type", *REACH, "city"]


class QuickPersonForm(PersonForm):
    """The little that is needed to choose a new person at once."""

    coc_number = vat_number = iban = payment_days = None

    class Meta(PersonForm.Meta):
        fields = [*PERSON_NAMES, "relation_type", *REACH, "city"]


FULL = {Relation.Kind.ORGANIZATION: OrganizationForm, Relation.Kind.PERSON: PersonForm}
QUICK = {Relation.Kind.ORGANIZATION: QuickOrganizationForm, Relation.Kind.PERSON: QuickPersonForm}


class ContactForm(forms.ModelForm):
    """What a contact person is at this organization."""

    class Meta:
        model = Contact
        fields = ["function", "email", "phone", "mobile"]

    def values(self) -> dict:
        """What the contact itself holds."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class NewContactForm(ContactForm):
    """A contact person: somebody who exists already, or somebody new."""

    chosen = RelationField(
        label=_("Person who is already known"), kinds=[Relation.Kind.PERSON], required=False, add=False,
        help_text=_("Leave empty to add somebody new below."),
    )  # fmt: skip
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    prefix = forms.CharField(label=_("Prefix"), max_length=20, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=80, required=False)

    field_order = ["chosen", *PERSON_NAMES, "function", "email", "phone", "mobile"]

    def __init__(self, *args, organization: Relation, **kwargs):
        super().__init__(*args, **kwargs)
        self.organization = organization

    def clean(self):
        data = super().clean()
        names = {name: " ".join(data.get(name, "").split()) for name in PERSON_NAMES}
        typed = bool(names["first_name"] or names["family_name"])
        if data.get("chosen") and typed:
            raise ValidationError({"chosen": _("Choose a known person or type a new name, not both.")}, code="both")
        if not data.get("chosen") and not typed and not self.errors:
            message = _("Choose somebody, or type the name of somebody new.")
            raise ValidationError({"family_name": message}, code="required")
        return data | {"names": names}

    def person(self) -> Relation | dict:
        """The selected person, or the names of a new one."""
        return self.cleaned_data["chosen"] or self.cleaned_data["names"]
