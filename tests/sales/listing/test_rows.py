"""The rows of the list: what a cell cannot show on its one line is read on pointing at it."""

import re
from datetime import timedelta

import pytest

from sales.listing.columns import STANDARD, read
from sales.listing.rows import Cells
from sales.models import Sale
from salescrm.calendar import today
from tests.factories import SaleFactory
from tests.moments import days_ago


@pytest.mark.django_db
def test_long_next_step_is_told_in_full(phases):
    for step in ("Call", 'Ask "who" signs & when, <b>before</b> Monday', "Agree on the last version of the text"):
        SaleFactory(next_step=step, phase=phases[50])
    Sale.objects.filter(next_step__startswith="Agree").update(status="lost", closed_on=today())
    drawn = Cells(STANDARD, today=today(), selectable=True).rows(read(Sale.objects.order_by("pk"), STANDARD))
    assert re.findall(r'<td data-column="next"[^>]*? title="([^"]*)"', drawn) == [
        "Ask &quot;who&quot; signs &amp; when, &lt;b&gt;before&lt;/b&gt; Monday"
    ]
    assert "<b>" not in drawn


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "beside", "elsewhere"),
    [
        ("aged=1&columns=amount", 1, 0),
        ("aged=1&columns=phase,amount", 0, 1),
        ("aged=1&columns=amount,days", 0, 1),
        ("columns=amount", 0, 0),
    ],
)
def test_sale_found_for_its_age_says_it_where_no_column_does(
    company, salesperson, as_user, phases, django_assert_num_queries, query, beside, elsewhere
):
    for days in (20, 30, 3):
        since = days_ago(days)
        SaleFactory(phase=phases[50], owner=salesperson, phase_since=since, subject=f"{days} days")
    type(phases[50]).objects.filter(pk=phases[50].pk).update(age_limit=14)
    browser = as_user(salesperson)
    browser.get("/sales/")

    with django_assert_num_queries(7):
        page = browser.get(f"/sales/?{query}").content.decode()

    first = "".join(re.findall(r'<td data-column="subject">(.*?)</td>', page))
    assert first.count('data-age="late"') == 2 * beside
    assert page.count('data-age="late"') == 2 * (beside + elsewhere)
    assert ("20 days, limit 14" in first) == bool(beside)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "word"), [(-1, "late"), (0, "today"), (1, "")])
def test_next_step_of_today_is_one_word_and_every_other_has_its_day(phases, days, word):
    on = today() + timedelta(days=days)
    drawn = Cells(["next_on"], today=today(), selectable=False).next_on(
        SaleFactory(next_step="Call", next_step_on=on, phase=phases[50])
    )
    assert re.findall(r'<time[^>]* datetime="([^"]*)"', drawn) == [on.isoformat()]
    assert re.findall(r'class="badge"[^>]*>(\w+)<', drawn) == ([word] if word else [])
    assert (f"{on.year}<" in drawn) == (days != 0)
