"""Loading the demo data into an installation, once."""

import random
from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from projects.models import Project
from relations.models import Relation
from sales.defaults import install_defaults
from sales.demo.desk import add_desk
from sales.demo.handover import add_lines, hand_over
from sales.demo.histories import HistoryMaker, SaleHistory
from sales.demo.people import DOMAIN, KNOWN_SINCE, add_people, bought_something
from sales.history import count_days_anew
from sales.models import Sale, SaleEvent, SaleLine, SaleStatus
from salescrm.calendar import today
from salescrm.models import User
from salescrm.versions import LOCK_ORDER, lock_tables

LOGINS = [f"{login}@{DOMAIN}" for login in ("sales", "manager", "admin")]


def is_loaded() -> bool:
    """Whether the demo is there already."""
    return User.objects.filter(email=LOGINS[0]).exists()


@transaction.atomic
def load(language: str) -> None:
    """Create organisation, users, relations, sales with their history, projects and invoices, relative to today."""
    lock_tables(*LOCK_ORDER)  # whoever would write meanwhile waits: all of this is one transaction
    install_defaults(language)
    chance = random.Random(20)
    people = add_people(language, chance)
    maker = HistoryMaker(language, people, chance)
    histories = maker.make()
    lines = add_lines(histories, language, chance)
    hand_over(histories, lines, people)
    for history in histories:
        if not history.sale.is_open:
            maker.close(history)
    _store(histories, lines)
    accepted = {history.sale.customer_id for history in histories if history.sale.status == SaleStatus.ACCEPTED}
    bought_something(people, accepted)
    _age(histories)
    add_desk(histories, people, language, chance)


def _store(histories: list[SaleHistory], lines: dict[int, list[SaleLine]]) -> None:
    Sale.objects.bulk_create([history.sale for history in histories])
    for history in histories:
        for made in (*history.events, *lines.get(id(history), [])):
            made.sale = history.sale
    SaleEvent.objects.bulk_create([event for history in histories for event in history.events])
    SaleLine.objects.bulk_create([line for made in lines.values() for line in made])


def _age(histories: list[SaleHistory]) -> None:
    """Give the records the dates of their first and last events."""
    events = SaleEvent.objects.filter(sale=OuterRef("pk"))
    Sale.objects.filter(pk__in=[history.sale.pk for history in histories]).update(
        created_at=Subquery(events.order_by("sequence").values("at")[:1]),
        updated_at=Subquery(events.order_by("-sequence").values("at")[:1]),
    )
    count_days_anew(Sale.objects.filter(pk__in=[history.sale.pk for history in histories]))
    known = histories[0].events[0].at - timedelta(days=KNOWN_SINCE - (today() - histories[0].events[0].at.date()).days)
    Relation.objects.update(created_at=known, updated_at=known)
    closings = Sale.objects.filter(project=OuterRef("pk")).values("updated_at")[:1]
    Project.objects.filter(sales__isnull=False).update(created_at=Subquery(closings), updated_at=Subquery(closings))
