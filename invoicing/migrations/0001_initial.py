
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.functions.text
import salescrm.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("relations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("issued", "issued")],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("number", models.CharField(blank=True, editable=False, max_length=30, verbose_name="number")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="customer's reference")),
                ("note", models.TextField(blank=True, verbose_name="text on the invoice")),
                ("payment_days", models.PositiveSmallIntegerField(default=30, verbose_name="payment term in days")),
                ("issued_on", models.DateField(editable=False, null=True, verbose_name="invoice date")),
                ("due_on", models.DateField(editable=False, null=True, verbose_name="due date")),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent")),
                ("document", models.JSONField(editable=False, null=True, verbose_name="document as issued")),
                (
                    "total_excluding_vat",
                    salescrm.fields.MoneyField(
                        decimal_places=2, default=0, editable=False, max_digits=14, verbose_name="total excluding VAT"
                    ),
                ),
                (
                    "total_vat",
                    salescrm.fields.MoneyField(
                        decimal_places=2, default=0, editable=False, max_digits=14, verbose_name="VAT"
                    ),
                ),
                (
                    "total_including_vat",
                    salescrm.fields.MoneyField(
                        decimal_places=2, default=0, editable=False, max_digits=14, verbose_name="total including VAT"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("create_token", models.UUIDField(editable=False, null=True, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="relations.contact",
                        verbose_name="contact person",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="relations.relation",
                        verbose_name="customer",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
                "ordering": ["-issued_on", "-pk"],
                "permissions": [
                    ("change_any_invoice", "Can edit anybody's draft"),
                    ("issue_invoice", "Can issue an invoice"),
                    ("send_invoice", "Can send an invoice"),
                    ("credit_invoice", "Can credit an invoice"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "Draft created"),
                            ("edited", "Draft edited"),
                            ("issued", "Issued"),
                            ("sent", "Sent"),
                            ("failed", "Sending failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("detail", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="invoicing.invoice"
                    ),
                ),
            ],
            options={
                "verbose_name": "event of an invoice",
                "verbose_name_plural": "events of an invoice",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="VatRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="percent")),
                (
                    "category",
                    models.CharField(
                        choices=[("standard", "standard"), ("exempt", "exempt"), ("reverse", "reverse charged")],
                        default="standard",
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
            ],
            options={
                "verbose_name": "VAT rate",
                "verbose_name_plural": "VAT rates",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="vatrate_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 100)),
                        name="vat_percent_is_0_to_100",
                        violation_error_message="A VAT percentage lies between 0 and 100.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category", "standard"), ("percent", 0), _connector="OR"),
                        name="vat_is_0_when_exempt_or_reverse_charged",
                        violation_error_message="Exempt and reverse charged mean 0 percent.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("description", models.CharField(max_length=200, verbose_name="description")),
                ("quantity", models.DecimalField(decimal_places=2, default=1, max_digits=10, verbose_name="quantity")),
                ("unit_price", salescrm.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="unit price")),
                (
                    "amount",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.math.Round(
                            django.db.models.expressions.CombinedExpression(
                                models.F("quantity"), "*", models.F("unit_price")
                            ),
                            precision=2,
                        ),
                        output_field=models.DecimalField(decimal_places=2, max_digits=16),
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="invoicing.invoice"
                    ),
                ),
                (
                    "vat_rate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice_lines",
                        to="invoicing.vatrate",
                        verbose_name="VAT",
                    ),
                ),
            ],
            options={
                "verbose_name": "invoice line",
                "verbose_name_plural": "invoice lines",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("number",),
                name="invoice_number_is_unique",
                violation_error_message="There is already an invoice with this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issued_on", None), ("number", ""), ("status", "draft")),
                    models.Q(
                        models.Q(("status", "draft"), _negated=True),
                        models.Q(("number", ""), _negated=True),
                        ("document__isnull", False),
                        ("issued_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="invoice_has_number_and_date_exactly_when_issued",
                violation_error_message="An invoice has a number and a date exactly when it is issued.",
            ),
        ),
    ]
