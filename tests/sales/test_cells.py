"""The rows of the list: what a cell cannot show on its one line is read on pointing at it."""

import re

import pytest

from sales.cells import Cells
from sales.columns import STANDARD, read
from sales.models import Sale
from salescrm.calendar import today
from tests.factories import SaleFactory


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
