"""The fields a column can fill, per kind of import, and what records are recognised by.

The labels are those of our own exports; `also` holds the headings of other systems, in Dutch and English.
"""

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relations.models import Contact, Relation
from sales.imports.cells import (
    Reader,
    Reading,
    amount,
    day,
    line,
    text_of,
    website,
    whole,
)
from sales.imports.columns import Field
from sales.models import Sale
from sales.models.imports import ImportRun
from salescrm.organisation.numbers import compact_coc, compact_iban, compact_vat

Kind = ImportRun.Kind


def _text(model, name: str, *, several: bool = False) -> Reader:
    return text_of(model._meta.get_field(name), several=several)


def _label(model: type[Model], name: str) -> Promise:
    """What our exports call it: the label of the field of the model."""
    return model._meta.get_field(name).verbose_name


def _own(model: type[Model], name: str, *, also: str, several: bool = False, **options) -> Field:
    """A text of the model as it is."""
    return Field(name, _label(model, name), _text(model, name, several=several), also, **options)


def _compact(name: str, compact) -> Reader:
    check = text_of(Relation._meta.get_field(name))
    return lambda cell, reading: check(compact(line(cell)), reading)


def _number(cell, reading: Reading) -> str:
    return line(cell)


MOBILE = (
    "mobiel|mobile|gsm|mobile phone|mobiel nummer|mobiele nummer|mobielnummer|mobiele telefoon|mobile number|"
    "gsm nummer|gsmnummer|mobiel telefoonnummer|cell|cell phone|cellphone|mobile phone number|06 nummer|06"
)
NAMES = [
    _own(Relation, "first_name", also="voornaam|given name|roepnaam"),
    _own(Relation, "prefix", also="tussenvoegsel|voorvoegsel|infix|middle name"),
    _own(Relation, "family_name", also="achternaam|last name|surname|lastname"),
]
RELATIONS = [
    Field("number", _label(Relation, "number"), _number, "relatienummer|relation number|klantnummer|customer number|"
          "nr|no|debiteurnummer|debiteurnr|debiteurennummer|debtor number",
          clears=False),
    Field("kind", _label(Relation, "kind"), choice="kind", also="soort|record type", clears=False),
    _own(Relation, "name", also="bedrijfsnaam|organisatie|organization|organisation|company|"
          "company name|bedrijf|account|account name|accountnaam|klant|klantnaam|customer|relatie|relation|relatienaam",
          clears=False),
    *NAMES,
    Field("relation_type", _label(Relation, "relation_type"), choice="relation_type", also="relatiesoort|relatietype|"
          "type",
          clears=False),
    Field("owner", _label(Relation, "owner"), choice="owner", empty=None, also="verantwoordelijke|eigenaar|"
          "accountmanager|"
          "account manager|account owner|relatiebeheerder"),
    Field("coc_number", _label(Relation, "coc_number"), _compact("coc_number", compact_coc), "kvk|kvk nummer|kvk nr|"
          "kvknummer|coc number|"
          "chamber of commerce|coc|kamer van koophandel"),
    Field("vat_number", _label(Relation, "vat_number"), _compact("vat_number", compact_vat), "btw nummer|btw|vat|"
          "btw nr|btw id|"
          "vat id|tax number|btw identificatienummer|btw identificatie|btwnummer|vat identification number"),
    Field("iban", _label(Relation, "iban"), _compact("iban", compact_iban), "rekeningnummer|bankrekening|bank account"),
    _own(Relation, "email", also="e mail|email|mail|e mailadres|emailadres|"
          "email address"),
    _own(Relation, "invoice_email", also="factuur e mail|"
          "e mail facturen|invoice email|billing email"),
    _own(Relation, "phone", also="telefoon|telefoonnummer|tel|phone number|telephone|vast|vast nummer|vaste telefoon|"
         "landline"),
    _own(Relation, "mobile", also=MOBILE),
    Field("website", _label(Relation, "website"), website(Relation._meta.get_field("website")), "url|web|site|"
          "webadres|homepage"),
    _own(Relation, "street", also="straat|adres|address|street|straatnaam|"
          "straat huisnummer|bezoekadres|billing street"),
    Field("house_number", _("House number (behind the street)"), _number, "huisnummer|huisnr|huis nr|house number|"
          "house no", clears=False),
    Field("house_addition", _("Addition to the house number"), _number, "toevoeging|huisnummer toevoeging|"
          "huisnummertoevoeging|huisletter|house number addition|house letter", clears=False),
    _own(Relation, "postcode", also="zip|zip code|postal code|postcode plaats"),
    _own(Relation, "city", also="plaats|woonplaats|stad|town|vestigingsplaats"),
    _own(Relation, "country", also="land|office location"),
    Field("payment_days", _label(Relation, "payment_days"), whole(365), "betaaltermijn|betalingstermijn|payment term|"
          "payment terms", empty=None),
    Field("language", _label(Relation, "language"), choice="language", also="taal"),
    _own(Relation, "note", several=True, also="notitie|notities|opmerking|opmerkingen|notes|"
          "remarks|memo|omschrijving|description"),
]  # fmt: skip
CONTACTS = [
    Field("organization_number", _("Number of the organization"), _number, "nummer organisatie|"
          "number of the organization|"
          "relatienummer organisatie|organisatienummer|klantnummer|customer number|company number|debiteurnummer|"
          "debiteurnr|debtor number", clears=False),
    Field("organization", _("Organization"), _number, "organisatie|bedrijf|company|company name|bedrijfsnaam|account|"
          "account name|klant|customer|werkgever|employer|organisation", clears=False),
    Field("number", _("Number of the person"), _number, "nummer persoon|number of the person|persoonsnummer|nummer|"
          "number|"
          "relatienummer", clears=False),
    Field("name", _("Person"), _text(Relation, "name"), "naam|name|full name|contactpersoon|"
          "contact person|contact|persoon|person|volledige naam|contact name", clears=False),
    *NAMES,
    _own(Contact, "function", also="functie|job title|title|position|rol|role"),
    _own(Contact, "email", also="zakelijk e mailadres|e mail|email|mail|"
          "e mailadres|emailadres|email address|e mail address|e mail werk|work email|e mailadres werk|emailadres werk|"
          "werk e mail|werk e mailadres|e mail zakelijk|zakelijke e mail|business email|work e mail"),
    _own(Contact, "phone", also="zakelijk telefoonnummer|telefoon|telefoonnummer|tel|"
          "phone|phone number|telefoon werk|telefoonnummer werk|telefoon zakelijk|work phone|"
          "business phone|vast|vast nummer|vaste telefoon|landline"),
    _own(Contact, "mobile", also=f"{MOBILE}|zakelijk mobiel|mobiel werk|mobiel zakelijk|work mobile|business mobile"),
]  # fmt: skip
SALES = [
    Field("number", _("Number"), _number, "salesnummer|sale number|id|nr|no", clears=False),
    Field("external_reference", _("Reference in another system"), _text(Sale, "external_reference"), "opportunity id|"
          "deal id|record id|reference|referentie|external id|externe referentie|kenmerk", clears=False),
    Field("subject", _("Subject"), _text(Sale, "subject"), "onderwerp|deal|deal name|opportunity|opportunity name|"
          "naam|name|titel|title|omschrijving|product|sale|sales|salestraject|dealnaam", clears=False),
    Field("customer_number", _("Customer number"), _number, "klantnummer|relatienummer|relation number|"
          "debiteurnummer|debiteurnr|debtor number", clears=False),
    Field("customer", _("Customer"), _number, "klant|relatie|relation|account|account name|organisatie|organization|"
          "organisation|company|bedrijf|bedrijfsnaam|klantnaam|company name", clears=False),
    Field("contact", _("Contact person"), _number, "contactpersoon|contact|contact name", empty=None),
    Field("owner", _("Owner"), choice="owner", also="verantwoordelijke|eigenaar|sales agent|salesperson|verkoper|"
          "accountmanager|account manager|deal owner|opportunity owner", clears=False),
    Field("phase", _("Phase"), choice="phase", also="fase|stage|deal stage|voortgang|salesfase|pipeline stage|"
          "stadium", clears=False),
    Field("status", _("Status"), choice="status", also="deal status|outcome|uitkomst", clears=False),
    Field("probability", _("Probability"), whole(100), "scoringskans|kans|win probability|slagingskans|"
          "slaagkans|winkans|kans op succes|waarschijnlijkheid|chance|likelihood", clears=False),
    Field("by_hand", _("Probability by hand"), choice="yes", also="scoringskans handmatig"),
    Field("expected_revenue", _("Expected revenue"), amount, "verwachte omzet|amount|bedrag|waarde|value|omzet|"
          "revenue|deal value|close value|deal amount|opportunity amount|orderwaarde|opdrachtwaarde|dealwaarde|"
          "order value|opportunity value|estimated value", empty=None),
    Field("start_date", _("Start date"), day, "startdatum|start|engage date|begindatum|aanmaakdatum|created|"
          "create date|aangemaakt|aangemaakt op|datum aangemaakt|created on|created at|created date|creation date|"
          "date created", empty=None),
    Field("expected_end_date", _("Expected end date"), day, "verwachte einddatum|einddatum|end date|expected close|"
          "expected close date|verwachte sluitdatum|verwachte sluitingsdatum|verwachte afsluitdatum|"
          "estimated close date|expected closing date", empty=None),
    Field("closed_on", _("Closed on"), day, "afgesloten op|close date|closed date|sluitdatum|closing date|"
          "datum afgesloten|gesloten op|datum gesloten|sluitingsdatum|closed at|afsluitdatum|closedate", clears=False),
    Field("source", _("Source"), choice="source", empty=None, also="bron|lead source|herkomst|leadbron"),
    Field("next_step", _("Next step"), _text(Sale, "next_step"), "volgende stap|next action|volgende actie|"
          "actie|vervolgactie|action|follow up"),
    Field("next_step_on", _("Date of the next step"), day, "datum van de volgende stap|next step date|next action date|"
          "datum volgende stap|datum volgende actie|actiedatum|datum actie|datum vervolgactie|action date|"
          "follow up date", empty=None),
    Field("accept_reason", _("Reason accepted"), choice="accept_reason", empty=None, also="reden geaccepteerd|"
          "won reason|reden gewonnen"),
    Field("loss_reason", _("Reason lost"), choice="loss_reason", empty=None, also="reden verloren|loss reason|"
          "lost reason|reden verlies|closed lost reason"),
    Field("lost_to", _("Lost to competitor"), _number, "verloren aan concurrent|competitor|concurrent|lost to",
          empty=None),
    Field("loss_explanation", _("Explanation of the loss"), _text(Sale, "loss_explanation", several=True),
          "toelichting verlies|toelichting op het verlies|loss explanation|lost notes|closed lost notes"),
    Field("note", _("Note"), _text(Sale, "note", several=True), "notitie|notities|opmerking|opmerkingen|notes|"
          "description|toelichting"),
]  # fmt: skip
FIELDS = {Kind.RELATIONS: RELATIONS, Kind.CONTACTS: CONTACTS, Kind.SALES: SALES}

# What a record can be recognised by: the name of the key, its label, and the fields of which one must be mapped each.
KEYS = {
    Kind.RELATIONS: {
        "number": (_("the number"), [("number",)]),
        "coc_number": (_("the KvK number"), [("coc_number",)]),
        "vat_number": (_("the VAT number"), [("vat_number",)]),
        "email": (_("the e-mail address"), [("email",)]),
        "name": (_("exactly the same name"), [("name", "family_name", "first_name")]),
    },
    Kind.CONTACTS: {
        "number": (
            _("the organization and the number of the person"),
            [("organization_number", "organization"), ("number",)],
        ),
        "name": (
            _("the organization and the name of the person"),
            [("organization_number", "organization"), ("name", "family_name", "first_name")],
        ),
        "email": (
            _("the organization and the e-mail address"),
            [("organization_number", "organization"), ("email",)],
        ),
    },
    Kind.SALES: {
        "number": (_("the number"), [("number",)]),
        "external_reference": (_("the reference in another system"), [("external_reference",)]),
    },
}
# What a new record cannot do without; one of each.
NEEDED = {
    Kind.RELATIONS: [("name", "family_name", "first_name")],
    Kind.CONTACTS: [("organization_number", "organization"), ("name", "family_name", "first_name")],
    Kind.SALES: [("subject",), ("customer_number", "customer")],
}


def fields_of(kind: str) -> dict[str, Field]:
    """The fields of a kind by name."""
    return {field.name: field for field in FIELDS[kind]}


def fitting_keys(kind: str, mapped: set[str]) -> list[str]:
    """The keys these mapped fields can serve, the surest first."""
    return [name for name, (_label, needed) in KEYS[kind].items() if all(mapped & set(some_of) for some_of in needed)]
