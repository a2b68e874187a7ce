"""Records for tests; every default is the plainest one, so a test names what it is about."""

from decimal import Decimal

import factory
from django.contrib.auth.models import Group

from invoicing.models import Invoice, InvoiceLine, VatRate
from projects.models import Project, Service
from relations.models import Contact, Relation, RelationType
from relations.naming import fold, full_name, person_key
from sales.history import event_of
from sales.models import Phase, Sale, SaleEvent, SaleLine
from salescrm.models import User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = factory.Sequence(lambda n: f"User {n}")
    language = "en"

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))


class RelationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Relation

    name = factory.Sequence(lambda n: f"Company {n}")
    relation_type = factory.LazyFunction(lambda: RelationType.objects.order_by("position").first())
    sort_key = factory.LazyAttribute(lambda o: fold(o.name))
    email = ""
    city = ""


class PersonFactory(RelationFactory):
    kind = Relation.Kind.PERSON
    first_name = "Jan"
    prefix = "de"
    family_name = factory.Sequence(lambda n: f"Vries{n}")
    name = factory.LazyAttribute(lambda o: full_name(o.first_name, o.prefix, o.family_name))
    sort_key = factory.LazyAttribute(lambda o: person_key(o.first_name, o.prefix, o.family_name))


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    organization = factory.SubFactory(RelationFactory)
    person = factory.SubFactory(PersonFactory)


class SaleFactory(factory.django.DjangoModelFactory):
    """A sale with its "created" event, in the first phase; `closed` traits give the closing event too."""

    class Meta:
        model = Sale
        skip_postgeneration_save = True

    subject = factory.Sequence(lambda n: f"Sale {n}")
    customer = factory.SubFactory(RelationFactory)
    owner = factory.SubFactory(UserFactory, role="salesperson")
    phase = factory.LazyFunction(lambda: Phase.objects.order_by("position").first())
    probability = factory.LazyAttribute(lambda o: o.phase.probability)
    expected_revenue = Decimal("1000.00")
    last_sequence = 1

    @factory.post_generation
    def event(self, create, extracted, **kwargs):
        kind = SaleEvent.Kind.CREATED if self.status == "open" else self.status
        event_of(self, kind=kind, by=self.owner).save(force_insert=True)


class LineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SaleLine

    sale = factory.SubFactory(SaleFactory)
    position = factory.Sequence(lambda n: n)
    description = "Design"
    quantity = Decimal("1")
    unit_price = Decimal("500.00")
    vat_rate = factory.LazyFunction(lambda: VatRate.objects.order_by("position").first())
    billing_method = "fixed_price"


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Project {n}")
    customer = factory.SubFactory(RelationFactory)
    manager = factory.SubFactory(UserFactory, role="salesperson")


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service

    project = factory.SubFactory(ProjectFactory)
    description = "Design"
    unit_price = Decimal("500.00")
    vat_rate = factory.LazyFunction(lambda: VatRate.objects.order_by("position").first())


class InvoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invoice

    subject = factory.Sequence(lambda n: f"Invoice {n}")
    customer = factory.SubFactory(RelationFactory)
    owner = factory.SubFactory(UserFactory, role="salesperson")


class InvoiceLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InvoiceLine

    invoice = factory.SubFactory(InvoiceFactory)
    description = "Design"
    quantity = Decimal("1")
    unit_price = Decimal("500.00")
    vat_rate = factory.LazyFunction(lambda: VatRate.objects.order_by("position").first())
