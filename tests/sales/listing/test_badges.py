"""One place says what the badge of a next step, a status and a phase looks like."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from sales.badges import STEP_TONES, phase_badge, status_badge, step_badge, step_kind
from sales.listing.filters import NEXT
from sales.listing.rows import Cells
from sales.models import Sale
from salescrm.calendar import today
from tests.factories import SaleFactory


@pytest.mark.parametrize(
    ("step", "days", "kind"),
    [("Call", -1, "late"), ("", -1, "late"), ("Call", 0, "today"), ("Call", 1, "planned"), ("Call", None, "undated"),
     ("", None, "none")],
)  # fmt: skip
def test_kind_of_a_next_step_is_the_word_of_the_filter(company, salesperson, step, days, kind):
    day = None if days is None else today() + timedelta(days=days)
    assert step_kind(step, day, today()) == kind
    sale = SaleFactory(owner=salesperson, next_step=step, next_step_on=day)
    assert Sale.objects.with_next_step(kind, today=today()).get() == sale


def test_every_kind_of_the_filter_has_a_badge():
    assert set(NEXT) == set(STEP_TONES)
    with translation.override("en"):
        assert [step_badge(kind) for kind in NEXT] == [
            '<span class="badge" data-tone="bad">late</span>',
            '<span class="badge" data-tone="warn">today</span>',
            '<span class="badge" data-tone="neutral">planned</span>',
            '<span class="badge" data-tone="neutral">no day yet</span>',
            '<span class="badge" data-tone="warn">no step</span>',
        ]


def test_what_people_typed_is_escaped(phases):
    phases[50].name = "<b>&"
    assert phase_badge(phases[50]).endswith(">&lt;b&gt;&amp;</span>")
    assert ' title="&quot;&lt;b&gt;"' in step_badge("late", '"<b>')


def test_row_shows_the_badge_of_the_page(company, salesperson):
    sale = SaleFactory(owner=salesperson, next_step="", next_step_on=today() - timedelta(days=1))
    words = {"sale": sale, "today": today(), "change": "", "meetings": None, "perms": {}, "sale_url": ""}
    row = Cells(["next_on"], today=today(), selectable=False).next_on(sale)
    for shown in (render_to_string("sales/sale_page/_next_step.html", words), row):
        assert step_badge("late") in shown


def test_only_the_sign_of_a_status_is_left_out():
    assert [status_badge(status, signs=False) for status in ("open", "accepted")] == [
        '<span class="badge" data-tone="info">Open</span>', '<span class="badge" data-tone="good">Accepted</span>'
    ]  # fmt: skip
    assert 'data-tone="bad"><svg' in status_badge("lost")
