"""What a fresh installation starts with (rules 1 and 24)."""

from decimal import Decimal

from django.db import transaction

from invoicing.models import VatRate
from relations.models import RelationType
from sales.models import AcceptReason, LossReason, Phase, SalesSettings, Source
from salescrm.accounts.roles import install_roles
from salescrm.models import Organisation
from salescrm.numbering import NumberSeries

COLOURS_AND_PERCENTAGES = [("slate", 10), ("blue", 25), ("teal", 50), ("amber", 75), ("violet", 100)]
NAMES = {
    "nl": {
        "organisation": "Ons bedrijf",
        Phase: ["Kennismaken", "Presenteren", "Voorstel", "Onderhandelen", "Opdracht"],
        AcceptReason: ["Prijs", "Kwaliteit", "Bestaande relatie", "Snelle levering"],
        LossReason: ["Te duur", "Ander aanbod gekozen", "Geen budget", "Geen reactie"],
        Source: ["Website", "Aanbeveling", "Netwerk", "Beurs"],
        RelationType: ["Prospect", "Klant", "Leverancier", "Concurrent"],
        VatRate: ["21 %", "9 %", "0 %", "Vrijgesteld", "Btw verlegd"],
    },
    "en": {
        "organisation": "Our company",
        Phase: ["Introduction", "Presentation", "Proposal", "Negotiation", "Order"],
        AcceptReason: ["Price", "Quality", "Existing relation", "Fast delivery"],
        LossReason: ["Too expensive", "Other offer chosen", "No budget", "No response"],
        Source: ["Website", "Recommendation", "Network", "Trade fair"],
        RelationType: ["Prospect", "Customer", "Supplier", "Competitor"],
        VatRate: ["21 %", "9 %", "0 %", "Exempt", "Reverse charged"],
    },
}
VAT = [("21", "standard"), ("9", "standard"), ("0", "standard"), ("0", "exempt"), ("0", "reverse")]
PATTERNS = {"relation": "{seq:04}", "project": "P{year}-{seq:04}", "invoice": "{year}-{seq:04}"}


@transaction.atomic
def install_defaults(language: str = "nl") -> Organisation:
    """Create organisation, switches, number patterns, roles and the default rows of every list that is empty.

    Rows are named in `language` ("nl" or "en"). Idempotent: a list with rows, also retired ones, is left alone.
    """
    names = NAMES[language]
    organisation, _created = Organisation.objects.get_or_create(
        pk=1, defaults={"name": names["organisation"], "language": language}
    )
    for kind, pattern in PATTERNS.items():
        NumberSeries.objects.get_or_create(kind=kind, defaults={"pattern": pattern})
    install_roles()
    extras = {
        Phase: [{"colour": colour, "probability": percent} for colour, percent in COLOURS_AND_PERCENTAGES],
        RelationType: [{"is_default": True}, {}, {}, {}],
        VatRate: [{"percent": Decimal(percent), "category": category} for percent, category in VAT],
    }
    for model in (Phase, AcceptReason, LossReason, Source, RelationType, VatRate):
        _fill(model, names[model], extras.get(model))
    types = {kind.name: kind for kind in RelationType.objects.all()}
    _prospect, customer, _supplier, competitor = map(types.get, names[RelationType])
    SalesSettings.objects.get_or_create(
        organisation=organisation, defaults={"accepted_type": customer, "competitor_type": competitor}
    )
    Organisation.forget()
    return organisation


def _fill(model, names: list[str], extras: list[dict] | None) -> None:
    if model.objects.exists():
        return
    model.objects.bulk_create(
        model(name=name, position=position, **extra)
        for position, (name, extra) in enumerate(zip(names, extras or [{}] * len(names), strict=True))
    )
