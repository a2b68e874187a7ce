from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import Case, F, Func, Q, TextField, Value, When
from django.db.models.functions import Replace, Substr

from salescrm.migrations._words import words


def rewritten(column, pattern, new):
    return Func(F(column), Value(pattern), Value(new), function="regexp_replace", output_field=TextField())


WORDS = words(
    "name", "number", "former_numbers", "email", "invoice_email", "coc_number", "vat_number", Substr("vat_number", 3),
    "iban", "street", "postcode", Replace("postcode", Value(" ")),
    rewritten("postcode", "([0-9])([A-Za-z])", r"\1 \2"), "city", rewritten("website", r"^https?://(www\.)?", ""),
    phones=("phone", "mobile"),
)  # fmt: skip
SEARCH = Case(When(merged_into=None, then=WORDS), default=Value("", SearchVectorField()))
PERSONS = GinIndex(fields=["search"], name="relation_person_search", condition=Q(kind="person"))


def search(expression):
    return models.GeneratedField(expression=expression, output_field=SearchVectorField(), db_persist=True)


class Migration(migrations.Migration):
    """Relations and contact persons are found by words that the database folds itself, whoever writes them.

    On the way back the text that the former column was made of is empty until a relation is saved.
    """

    dependencies = [("relations", "0010_mobile"), ("salescrm", "0004_folding")]
    operations = [
        migrations.RemoveIndex("relation", "relation_person_search"),
        migrations.RemoveIndex("relation", "relation_search"),
        migrations.RemoveField("relation", "search"),
        migrations.RemoveField("relation", "search_text"),
        migrations.AddField("relation", "search", search(SEARCH)),
        migrations.AddIndex("relation", GinIndex(fields=["search"], name="relation_search")),
        migrations.AddIndex("relation", PERSONS),
        migrations.RemoveIndex("contact", "contact_words"),
        migrations.AddIndex(
            "contact", GinIndex(words("function", "email", phones=("phone", "mobile")), name="contact_words")
        ),
    ]
