"""The people of the demo: users of the company, its relations and their contact persons."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from stdnum import iban
from stdnum.be import vat as belgian_vat
from stdnum.nl import btw

from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation
from sales.demo import content
from sales.models import SalesSettings
from salescrm.accounts.roles import MANAGER, SALESPERSON
from salescrm.accounts.users import add_user, role_of
from salescrm.models import Organisation, User

DOMAIN = "demo.example"
PASSWORD = "demo"
KNOWN_SINCE = 600  # days


@dataclass
class People:
    """The users and relations that the demo's sales name."""

    sellers: list[User]
    manager: User
    customers: list[Relation] = field(default_factory=list)
    persons: list[Relation] = field(default_factory=list)
    competitors: list[Relation] = field(default_factory=list)
    contacts: dict[int, list[Contact]] = field(default_factory=dict)


def add_people(language: str, chance: random.Random) -> People:
    """Create users, organizations, persons and contacts."""
    _describe_ourselves(language)
    users = [
        add_user(email=f"{login}@{DOMAIN}", name=name, language=language, role=role, password=PASSWORD)
        for login, name, role in content.USERS
    ]
    people = People(
        sellers=[user for user in users if role_of(user) == SALESPERSON],
        manager=next(user for user in users if role_of(user) == MANAGER),
    )
    types = list(RelationType.objects.active())
    prospect = next((kind for kind in types if kind.is_default), types[0])
    numbers = _company_numbers()
    for customer in content.CUSTOMERS:
        owner = chance.choice(people.sellers)
        values = _organization(customer, language, numbers) | {"relation_type": prospect, "owner": owner}
        relation = _add(Relation.Kind.ORGANIZATION, values, owner)
        people.customers.append(relation)
        people.contacts[relation.pk] = [
            _contact(relation, person, language, prospect, owner, chance) for person in customer.people
        ]
        people.persons += [contact.person for contact in people.contacts[relation.pk]]
    for names, place, group in ((content.COMPETITORS, 3, people.competitors), (content.SUPPLIERS, 2, [])):
        for name in names:
            group.append(
                _add(Relation.Kind.ORGANIZATION, _plain(name, types[min(place, len(types) - 1)]), people.manager)
            )
    _add_abroad(people, prospect, numbers)
    return people


def _describe_ourselves(language: str) -> None:
    name = content.COMPANY[language]
    Organisation.objects.filter(pk=1).update(
        name=name, language=language, street="Veerkade 21", postcode="3016 DE", city="Rotterdam",
        country="Nederland" if language == "nl" else "Netherlands", email=f"info@{DOMAIN}", phone="010 555 01 00",
        website=f"https://www.{DOMAIN}", coc_number="99000000", vat_number=next(_company_numbers())["vat_number"],
        iban=_iban(1),
    )  # fmt: skip
    Organisation.forget()


def _add(kind: str, values: dict, by: User) -> Relation:
    return create_relation(kind=kind, values=values, by=by, token=None)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(c for c in plain if c.isalnum())


def _company_numbers() -> Iterator[dict]:
    """KvK and VAT numbers that pass their checks and belong to nobody."""
    valid = (f"NL{number}B01" for number in count(990_000_000) if btw.is_valid(f"NL{number}B01"))
    for place, vat_number in enumerate(valid):
        yield {"coc_number": str(99_000_000 + place), "vat_number": vat_number, "iban": _iban(place + 1)}


def _iban(place: int) -> str:
    account = f"DEMO{place:010}"
    return f"NL{iban.calc_check_digits(f'NL00{account}')}{account}"


def _organization(customer: content.Customer, language: str, numbers: Iterator[dict]) -> dict:
    site = f"{_slug(customer.name)}.example"
    return {
        "name": customer.name, "street": customer.street, "postcode": customer.postcode, "city": customer.city,
        "country": "Nederland" if language == "nl" else "Netherlands", "email": f"info@{site}",
        "invoice_email": f"facturen@{site}" if language == "nl" else f"invoices@{site}",
        "website": f"https://www.{site}", "phone": f"0{10 + len(customer.name)} 555 {len(customer.street):02} 10",
        "language": language, **next(numbers),
    }  # fmt: skip


def _plain(name: str, relation_type: RelationType) -> dict:
    site = f"{_slug(name)}.example"
    return {"name": name, "relation_type": relation_type, "email": f"info@{site}", "website": f"https://www.{site}"}


def _contact(
    organization: Relation,
    person: tuple[str, str, str],
    language: str,
    kind: RelationType,
    owner: User,
    chance: random.Random,
) -> Contact:
    first, prefix, family = person
    email = f"{_slug(first)}@{_slug(organization.name)}.example"
    names = {"first_name": first, "prefix": prefix, "family_name": family, "city": organization.city}
    relation = _add(Relation.Kind.PERSON, {**names, "relation_type": kind, "owner": owner, "email": email}, owner)
    return Contact.objects.create(
        organization=organization, person=relation, email=email, phone=organization.phone[:-2] + "11",
        mobile=f"06 55 55 {len(email):02} {len(family):02}",
        function=chance.choice(content.FUNCTIONS[language]),
    )  # fmt: skip


def _add_abroad(people: People, prospect: RelationType, numbers: Iterator[dict]) -> None:
    """A customer in Belgium: its invoices are reverse charged."""
    number = next(
        f"{n:08}{97 - n % 97:02}" for n in count(9_990_000) if belgian_vat.is_valid(f"{n:08}{97 - n % 97:02}")
    )
    values = _plain("Scheldekade Projecten bv", prospect) | {
        "street": "Napelsstraat 5", "postcode": "2000", "city": "Antwerpen", "country": "België",
        "vat_number": f"BE{number}", "owner": people.manager,
    }  # fmt: skip
    people.customers.append(_add(Relation.Kind.ORGANIZATION, values, people.manager))
    people.contacts[people.customers[-1].pk] = []


def bought_something(people: People, buyers: set[int]) -> None:
    """Who accepted a sale has the relation type that Settings proposes for it (rule 8)."""
    bought = SalesSettings.current().accepted_type
    if bought:
        Relation.objects.filter(pk__in=buyers).update(relation_type=bought, version=2)
