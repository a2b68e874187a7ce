"""The public export with 8 800 sales, where it lies at hand: `CRM_SALES_EXPORT` names its folder."""

import os
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from relations.models import Relation
from sales.models import Sale
from salescrm.models import User

FOLDER = os.environ.get("CRM_SALES_EXPORT", "")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER, reason="set CRM_SALES_EXPORT to the folder of the export (sales_pipeline.csv)"),
]


def run(**options):
    out = StringIO()
    files = [Path(FOLDER) / name for name in ("sales_pipeline.csv", "accounts.csv")]
    call_command("import_sales", *files, mapping="crm_sales_opportunities", commit=True, stdout=out, **options)
    return out.getvalue()


def test_the_whole_export_adds_up(company):
    output = run(account_for_missing="Unknown account", verbosity=0)

    december = Sale.objects.accepted().filter(closed_on__range=(date(2017, 12, 1), date(2017, 12, 31)))
    assert "8800 created" in output
    assert Sale.objects.count() == 8800
    assert (Sale.objects.accepted().count(), Sale.objects.accepted().totals()["revenue"]) == (4238, Decimal(10_005_534))
    assert (Sale.objects.lost().count(), Sale.objects.lost().totals()["revenue"]) == (2473, 0)
    assert (Sale.objects.open().count(), Sale.objects.open().totals()["unknown"]) == (2089, 2089)
    assert december.totals()["revenue"] == Decimal(1_131_573)
    assert User.objects.count() == 30
    assert Relation.objects.exclude(name="Unknown account").count() == 85
    assert Sale.objects.filter(customer__name="Unknown account").count() == 1425
    assert Sale.objects.filter(start_date=None).count() == 500
    assert not Sale.objects.filter(subject="GTXPro").exists()

    again = run(account_for_missing="Unknown account", verbosity=0)
    assert "0 created" in again and "0 updated" in again and "8800 unchanged" in again
    assert Sale.objects.count() == 8800


def test_without_the_option_rows_without_account_are_rejected(company, tmp_path):
    output = run(rejected=tmp_path / "rejected.csv", verbosity=0)

    assert "7375 created" in output and "1425 rejected" in output
    assert len((tmp_path / "rejected.csv").read_text("utf-8-sig").splitlines()) == 1426
