
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.functions.text
import salescrm.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("invoicing", "0001_initial"),
        ("projects", "0001_initial"),
        ("relations", "0001_initial"),
        ("salescrm", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AcceptReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
            ],
            options={
                "verbose_name": "reason accepted",
                "verbose_name_plural": "reasons accepted",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="acceptreason_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LossReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
            ],
            options={
                "verbose_name": "reason lost",
                "verbose_name_plural": "reasons lost",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="lossreason_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Phase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("slate", "slate"),
                            ("blue", "blue"),
                            ("teal", "teal"),
                            ("green", "green"),
                            ("olive", "olive"),
                            ("amber", "amber"),
                            ("orange", "orange"),
                            ("red", "red"),
                            ("pink", "pink"),
                            ("violet", "violet"),
                        ],
                        default="slate",
                        max_length=10,
                        verbose_name="colour",
                    ),
                ),
                ("probability", salescrm.fields.PercentField(verbose_name="probability")),
            ],
            options={
                "verbose_name": "phase",
                "verbose_name_plural": "phases",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="phase_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__gte", 0), ("probability__lte", 100)),
                        name="phase_probability_is_0_to_100",
                        violation_error_message="A probability lies between 0 and 100 percent.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("accepted", "accepted"), ("lost", "lost")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("probability", salescrm.fields.PercentField(verbose_name="probability")),
                (
                    "probability_by_hand",
                    models.BooleanField(default=False, editable=False, verbose_name="probability set by hand"),
                ),
                (
                    "expected_revenue",
                    salescrm.fields.MoneyField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="expected revenue"
                    ),
                ),
                ("expected_end_date", models.DateField(blank=True, null=True, verbose_name="expected end date")),
                ("closed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="closed on")),
                (
                    "follow_up",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("kept", "Keep what is linked"),
                            ("none", "No further actions"),
                            ("invoice", "Create a draft invoice"),
                            ("new_project", "Create a new project"),
                            ("existing_project", "Add to an existing project"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="follow-up",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                (
                    "weighted_revenue",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("expected_revenue"), "*", models.F("probability")
                                ),
                                "*",
                                models.Value(Decimal("0.01")),
                            ),
                            output_field=models.DecimalField(),
                        ),
                        output_field=models.DecimalField(decimal_places=4, max_digits=18),
                        verbose_name="weighted revenue",
                    ),
                ),
                ("start_date", models.DateField(blank=True, null=True, verbose_name="start date")),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="next step")),
                ("next_step_on", models.DateField(blank=True, null=True, verbose_name="date of the next step")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                (
                    "external_reference",
                    models.CharField(
                        blank=True, editable=False, max_length=100, verbose_name="reference in another system"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("last_sequence", models.PositiveIntegerField(default=0, editable=False)),
                ("create_token", models.UUIDField(editable=False, null=True, unique=True)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector(
                            "subject", "external_reference", config="simple"
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "accept_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.acceptreason",
                        verbose_name="reason accepted",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sales",
                        to="relations.contact",
                        verbose_name="contact person",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="relations.relation",
                        verbose_name="customer",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sales",
                        to="invoicing.invoice",
                        verbose_name="invoice",
                    ),
                ),
                (
                    "loss_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.lossreason",
                        verbose_name="reason lost",
                    ),
                ),
                (
                    "lost_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss_lost_to",
                        to="relations.relation",
                        verbose_name="lost to competitor",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.phase",
                        verbose_name="phase",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sales",
                        to="projects.project",
                        verbose_name="project",
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
                "verbose_name": "sale",
                "verbose_name_plural": "sales",
                "ordering": ["-updated_at", "-pk"],
                "permissions": [
                    ("move_sale", "Can move a sale to another phase"),
                    ("accept_sale", "Can accept a sale"),
                    ("lose_sale", "Can mark a sale as lost"),
                    ("reopen_sale", "Can reopen an own sale"),
                    ("reopen_any_sale", "Can reopen any sale"),
                    ("correct_closed_sale", "Can correct the outcome of a closed sale"),
                    ("export_sale", "Can export sales"),
                    ("import_sale", "Can import sales"),
                    ("trash_sale", "Can trash a sale"),
                    ("undo_any_move", "Can undo a move of somebody else"),
                    ("see_all_sales", "Sees all sales, whatever the switch says"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("description", models.CharField(max_length=200, verbose_name="description")),
                ("quantity", models.DecimalField(decimal_places=2, default=1, max_digits=10, verbose_name="quantity")),
                ("unit_price", salescrm.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="unit price")),
                (
                    "billing_method",
                    models.CharField(
                        choices=[
                            ("fixed_price", "fixed price"),
                            ("hourly", "hourly"),
                            ("subscription", "subscription"),
                        ],
                        default="fixed_price",
                        max_length=12,
                        verbose_name="billing method",
                    ),
                ),
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
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="sales.sale"
                    ),
                ),
                (
                    "service",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sale_line",
                        to="projects.service",
                    ),
                ),
                (
                    "vat_rate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoicing.vatrate",
                        verbose_name="VAT",
                    ),
                ),
            ],
            options={
                "verbose_name": "service line",
                "verbose_name_plural": "service lines",
                "ordering": ["position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SalesSettings",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="salescrm.organisation",
                    ),
                ),
                (
                    "accept_reason",
                    models.CharField(
                        choices=[("off", "off"), ("optional", "optional"), ("required", "required")],
                        default="optional",
                        max_length=10,
                        verbose_name="reason accepted",
                    ),
                ),
                (
                    "loss_reason",
                    models.CharField(
                        choices=[("off", "off"), ("optional", "optional"), ("required", "required")],
                        default="optional",
                        max_length=10,
                        verbose_name="reason lost",
                    ),
                ),
                ("lost_to", models.BooleanField(default=True, verbose_name="lost to competitor")),
                ("source", models.BooleanField(default=True, verbose_name="source")),
                ("own_probability", models.BooleanField(default=False, verbose_name="own probability")),
                ("sales_to_persons", models.BooleanField(default=False, verbose_name="sales to persons")),
                (
                    "accepted_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="relations.relationtype",
                        verbose_name="relation type proposed on acceptance",
                    ),
                ),
            ],
            options={
                "verbose_name": "sales settings",
                "verbose_name_plural": "sales settings",
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="source_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="sale",
            name="source",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="sales.source",
                verbose_name="source",
            ),
        ),
        migrations.CreateModel(
            name="SaleEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("accepted", "accepted"), ("lost", "lost")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("probability", salescrm.fields.PercentField(verbose_name="probability")),
                (
                    "probability_by_hand",
                    models.BooleanField(default=False, editable=False, verbose_name="probability set by hand"),
                ),
                (
                    "expected_revenue",
                    salescrm.fields.MoneyField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="expected revenue"
                    ),
                ),
                ("expected_end_date", models.DateField(blank=True, null=True, verbose_name="expected end date")),
                ("closed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="closed on")),
                (
                    "follow_up",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("kept", "Keep what is linked"),
                            ("none", "No further actions"),
                            ("invoice", "Create a draft invoice"),
                            ("new_project", "Create a new project"),
                            ("existing_project", "Add to an existing project"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="follow-up",
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "created"),
                            ("moved", "moved"),
                            ("changed", "changed"),
                            ("accepted", "accepted"),
                            ("lost", "lost"),
                            ("reopened", "reopened"),
                            ("corrected", "corrected"),
                            ("undone", "move undone"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sale_version", models.PositiveIntegerField()),
                ("at", models.DateTimeField(verbose_name="when it was true")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="when it was recorded")),
                (
                    "accept_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.acceptreason",
                        verbose_name="reason accepted",
                    ),
                ),
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
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="relations.relation",
                        verbose_name="customer",
                    ),
                ),
                (
                    "loss_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.lossreason",
                        verbose_name="reason lost",
                    ),
                ),
                (
                    "lost_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss_lost_to",
                        to="relations.relation",
                        verbose_name="lost to competitor",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.phase",
                        verbose_name="phase",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="sales.sale"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="sales.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["sale_id", "sequence"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sale", "sequence"),
                        name="event_sequence_is_unique_per_sale",
                        violation_error_message="The events of a sale are numbered.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["expected_end_date"],
                include=("weighted_revenue", "expected_revenue", "phase", "owner", "source", "customer"),
                name="sale_forecast",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "open")),
                name="sale_open_recent",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                models.OrderBy(models.F("updated_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="sale_recent",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("status", "open"), _negated=True),
                fields=["closed_on"],
                include=("status", "expected_revenue", "owner", "source"),
                name="sale_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="sale_search"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["customer"], name="sale_customer"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(condition=models.Q(("contact__isnull", False)), fields=["contact"], name="sale_contact"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["owner", "status"], name="sale_owner"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["phase", "status"], name="sale_phase"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["source"], name="sale_source"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("accept_reason__isnull", False)),
                fields=["accept_reason"],
                name="sale_accept_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("loss_reason__isnull", False)), fields=["loss_reason"], name="sale_loss_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(condition=models.Q(("lost_to__isnull", False)), fields=["lost_to"], name="sale_lost_to"),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(("probability__gte", 0), ("probability__lte", 100)),
                name="sale_probability_is_0_to_100",
                violation_error_message="A probability lies between 0 and 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(("expected_revenue", None), ("expected_revenue__gte", 0), _connector="OR"),
                name="sale_revenue_is_not_negative",
                violation_error_message="Expected revenue is not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on", None), ("status", "open")),
                    models.Q(models.Q(("status", "open"), _negated=True), ("closed_on__isnull", False)),
                    _connector="OR",
                ),
                name="sale_is_closed_when_not_open",
                violation_error_message="A sale has a closing day exactly when it is not open.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(("accept_reason", None), ("status", "accepted"), _connector="OR"),
                name="sale_reason_accepted_only_when_accepted",
                violation_error_message="Only an accepted sale has a reason accepted.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("follow_up", ""), ("status__in", ["open", "lost"])),
                    models.Q(("status", "accepted"), models.Q(("follow_up", ""), _negated=True)),
                    _connector="OR",
                ),
                name="sale_follow_up_exactly_when_accepted",
                violation_error_message="A sale has a follow-up exactly when it is accepted.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("loss_reason", None), ("lost_to", None)), ("status", "lost"), _connector="OR"
                ),
                name="sale_loss_only_when_lost",
                violation_error_message="Only a lost sale has a reason lost or a competitor.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lost_to", None), models.Q(("lost_to", models.F("customer")), _negated=True), _connector="OR"
                ),
                name="sale_is_not_lost_to_its_customer",
                violation_error_message="A sale is not lost to its own customer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_reference", ""), _negated=True),
                fields=("external_reference",),
                name="sale_external_reference_is_unique",
                violation_error_message="There is already a sale with this reference.",
            ),
        ),
    ]
