"""Putting the demo into an installation, once."""

import random
from datetime import timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from projects.models import Project
from relations.models import Relation
from sales.defaults import install_defaults
from sales.demo.desk import add_desk
from sales.demo.handover import add_lines, hand_over
from sales.demo.people import DOMAIN, KNOWN_SINCE, add_people, bought_something
from sales.demo.stories import Story, Teller
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
    teller = Teller(language, people, chance)
    stories = teller.tell()
    lines = add_lines(stories, language, chance)
    hand_over(stories, lines, people)
    for story in stories:
        if not story.sale.is_open:
            teller.close(story)
    _store(stories, lines)
    accepted = {story.sale.customer_id for story in stories if story.sale.status == SaleStatus.ACCEPTED}
    bought_something(people, accepted)
    _age(stories)
    add_desk(stories, people, language, chance)


def _store(stories: list[Story], lines: dict[int, list[SaleLine]]) -> None:
    Sale.objects.bulk_create([story.sale for story in stories])
    for story in stories:
        for made in (*story.events, *lines.get(id(story), [])):
            made.sale = story.sale
    SaleEvent.objects.bulk_create([event for story in stories for event in story.events])
    SaleLine.objects.bulk_create([line for made in lines.values() for line in made])


def _age(stories: list[Story]) -> None:
    """Let the records look as old as their history says."""
    events = SaleEvent.objects.filter(sale=OuterRef("pk"))
    Sale.objects.filter(pk__in=[story.sale.pk for story in stories]).update(
        created_at=Subquery(events.order_by("sequence").values("at")[:1]),
        updated_at=Subquery(events.order_by("-sequence").values("at")[:1]),
    )
    count_days_anew(Sale.objects.filter(pk__in=[story.sale.pk for story in stories]))
    known = stories[0].events[0].at - timedelta(days=KNOWN_SINCE - (today() - stories[0].events[0].at.date()).days)
    Relation.objects.update(created_at=known, updated_at=known)
    closings = Sale.objects.filter(project=OuterRef("pk")).values("updated_at")[:1]
    Project.objects.filter(sales__isnull=False).update(created_at=Subquery(closings), updated_at=Subquery(closings))
