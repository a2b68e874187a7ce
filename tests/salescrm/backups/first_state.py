"""An installation as the very first version of the product left it, with something in every app."""

from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

APPS = ("salescrm", "relations", "invoicing", "projects", "sales")
FIRST = [(app, "0001_initial") for app in APPS]
SESSIONS = ("sessions", "0001_initial")
GONE = ("axes", "0001_initial")  # of a package that the product no longer uses


def fill() -> None:
    """Migrate an empty database to the first migration of every app, and add rows by the models of then."""
    executor = MigrationExecutor(connection)
    executor.migrate([*FIRST, SESSIONS])
    MigrationRecorder(connection).record_applied(*GONE)
    model = MigrationExecutor(connection).loader.project_state(FIRST).apps.get_model
    moment = datetime(2025, 3, 3, 9, tzinfo=UTC)
    organisation = model("salescrm", "Organisation").objects.create(pk=1, name="Atelier Zuid", language="en")
    user = model("salescrm", "User").objects.create(
        email="anna@example.com", name="Anna", language="en", password=make_password("right password")
    )
    user.groups.add(model("auth", "Group").objects.get_or_create(name="manager")[0])
    kind = model("relations", "RelationType").objects.create(name="Customer", is_default=True)
    customer = model("relations", "Relation").objects.create(
        name="Großprojekt B.V.", sort_key="grossprojekt", number="0001", relation_type=kind, owner=user
    )
    rate = model("invoicing", "VatRate").objects.create(name="21 %", percent=21)
    invoice = model("invoicing", "Invoice").objects.create(
        customer=customer, subject="Piles", status="issued", number="2025-0001", issued_on="2025-03-03",
        due_on="2025-04-02", document={}, owner=user,
    )  # fmt: skip
    model("invoicing", "InvoiceLine").objects.create(
        invoice=invoice, description="Piles", unit_price=100, vat_rate=rate
    )
    model("projects", "Project").objects.create(name="Quay", customer=customer, manager=user)
    phase = model("sales", "Phase").objects.create(name="Proposal", colour="teal", probability=50)
    model("sales", "SalesSettings").objects.create(organisation=organisation)
    sale = model("sales", "Sale").objects.create(
        subject="Warehouse", customer=customer, owner=user, phase=phase, probability=50, expected_revenue=24000,
        last_sequence=1, status="open",
    )  # fmt: skip
    model("sales", "SaleEvent").objects.create(
        sale=sale, sequence=1, sale_version=1, kind="created", by=user, at=moment, recorded_at=moment, phase=phase,
        status="open", probability=50, expected_revenue=24000, owner=user, customer=customer,
    )  # fmt: skip
