
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import salescrm.organisation.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RelationType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                ("is_default", models.BooleanField(default=False, verbose_name="proposed for a new relation")),
            ],
            options={
                "verbose_name": "relation type",
                "verbose_name_plural": "relation types",
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="relationtype_name_is_unique",
                        violation_error_message="There is already a row with this name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="relation_type_default_is_one",
                        violation_error_message="Only one relation type is proposed for a new relation.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("organization", "organization"), ("person", "person")],
                        default="organization",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(blank=True, editable=False, max_length=30, verbose_name="number")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("first_name", models.CharField(blank=True, max_length=80, verbose_name="first name")),
                ("prefix", models.CharField(blank=True, max_length=20, verbose_name="prefix")),
                ("family_name", models.CharField(blank=True, max_length=80, verbose_name="family name")),
                ("sort_key", models.CharField(default="", editable=False, max_length=250)),
                (
                    "coc_number",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[salescrm.organisation.validators.validate_coc_number],
                        verbose_name="KvK number",
                    ),
                ),
                (
                    "vat_number",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[salescrm.organisation.validators.validate_vat_number],
                        verbose_name="VAT number",
                    ),
                ),
                (
                    "iban",
                    models.CharField(
                        blank=True, max_length=34, validators=[salescrm.organisation.validators.validate_iban], verbose_name="IBAN"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                (
                    "invoice_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address for invoices"),
                ),
                ("phone", models.CharField(blank=True, max_length=50, verbose_name="phone")),
                ("website", models.URLField(blank=True, verbose_name="website")),
                ("street", models.CharField(blank=True, max_length=200, verbose_name="street and number")),
                ("postcode", models.CharField(blank=True, max_length=20, verbose_name="postcode")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("country", models.CharField(blank=True, max_length=100, verbose_name="country")),
                (
                    "payment_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="payment term in days"),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("nl", "Nederlands"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="active")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("create_token", models.UUIDField(editable=False, null=True, unique=True)),
                ("search_text", models.TextField(default="", editable=False)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector("search_text", config="simple"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations",
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
                (
                    "relation_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations",
                        to="relations.relationtype",
                        verbose_name="relation type",
                    ),
                ),
            ],
            options={
                "verbose_name": "relation",
                "verbose_name_plural": "relations",
                "ordering": ["sort_key", "pk"],
                "permissions": [
                    ("deactivate_relation", "Can deactivate a relation"),
                    ("merge_relation", "Can merge two relations"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("function", models.CharField(blank=True, max_length=100, verbose_name="function")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="work e-mail address")),
                ("phone", models.CharField(blank=True, max_length=50, verbose_name="work phone")),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="relations.relation",
                        verbose_name="organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="positions",
                        to="relations.relation",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact person",
                "verbose_name_plural": "contact persons",
                "ordering": ["person__sort_key", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "person"),
                        name="contact_is_once_per_organization",
                        violation_error_message="This person is already a contact person of this organization.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("organization", models.F("person")), _negated=True),
                        name="contact_is_somebody_else",
                        violation_error_message="A relation is not its own contact person.",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="relation",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="relation_search"),
        ),
        migrations.AddIndex(
            model_name="relation",
            index=models.Index(fields=["sort_key", "id"], name="relation_by_name"),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("number",),
                name="relation_number_is_unique",
                violation_error_message="There is already a relation with this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="relation_has_a_name",
                violation_error_message="A relation has a name.",
            ),
        ),
    ]
