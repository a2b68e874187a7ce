"""A large synthetic data set, made by the database itself: the same rows for the same seed and day.

Shape: 40 % open, 35 % accepted, 25 % lost; an organization per five sales, every second one with a contact person;
twelve owners, the first with the most sales; log-normal amounts; open sales end between three months ago and fifteen
months ahead, 12 % of them have no date.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, time

from django.contrib.auth.models import Group
from django.db import connection, transaction

from invoicing.models import VatRate
from relations.models import RelationType
from sales.models import AcceptReason, LossReason, Phase, Source
from salescrm.accounts.roles import SALESPERSON
from salescrm.calendar import organisation_zone, today
from salescrm.models import User

OWNERS = 12
BATCH = 50_000

# Chance number k of row g: between 0 and 1, the same on every machine and in every order of execution.
CHANCE = "((hashint8extended(g, %(seed)s * 1000 + {k}) & 2147483647) / 2147483648.0)::float8"

FIRST = "array['Anna', 'Bram', 'Chris', 'Daan', 'Eva', 'Finn', 'Guus', 'Hanna', 'Iris', 'Jan', 'Kees', 'Lotte', 'Mila']"
FAMILY = """array['Bakker', 'de Boer', 'Dekker', 'van Dijk', 'Hendriks', 'Jansen', 'de Jong', 'Kok', 'Meijer', 'Mulder',
    'Peters', 'Smit', 'Visser', 'van Vliet', 'Vos', 'de Vries', 'de Wit']"""
CITY = "(array['Almere', 'Breda', 'Delft', 'Ede', 'Gouda', 'Zwolle'])[1 + g %% 6]"
KIND = f"(%(types)s::bigint[])[1 + floor({CHANCE.format(k=1)} * cardinality(%(types)s::bigint[]))::int]"
RELATION = """INSERT INTO relations_relation (id, kind, number, name, first_name, prefix, family_name, sort_key,
    relation_type_id, coc_number, vat_number, iban, email, invoice_email, phone, website, street, postcode, city,
    country, language, note, is_active, version, name_key, domain, created_at, updated_at)"""
LATEST = "%(now)s::timestamptz - interval '1500 days', %(now)s"

# What saving a relation derives from the other fields (relations/naming.py) is written out here as well.
ORGANIZATIONS = f"""
{RELATION}
SELECT id, 'organization', number, name, '', '', '', lower(name), {KIND}, coc_number, '', '', 'info@' || domain, '', '',
    'https://www.' || domain, 'Street ' || g %% 200, 1000 + g %% 9000 || ' AB', city, '', '', '', true, 1,
    lower(replace(name, ' ', '')), domain, {LATEST}
FROM (SELECT g, %(relation)s + g AS id, 'G' || %(relation)s + g AS number, 'Company ' || g AS name,
          'company' || g || '.example' AS domain, (10000000 + g * 37 %% 80000000)::text AS coc_number, {CITY} AS city
      FROM generate_series(1, %(relations)s::bigint) g) numbered
"""  # noqa: S608

# Every second organization has a contact person.
PERSONS = f"""
{RELATION}
SELECT id, 'person', number, concat_ws(' ', first, prefix, family), first, coalesce(prefix, ''), family,
    lower(family || ', ' || concat_ws(' ', first, prefix)), {KIND}, '', '', '', '', '', '', '', '', '', city, '', '',
    '', true, 1, lower(replace(concat_ws('', first, prefix, family), ' ', '')), '', {LATEST}
FROM (SELECT *, reverse(split_part(reverse(whole), ' ', 1)) AS family,
          nullif(split_part(whole, ' ', -2), '') AS prefix
      FROM (SELECT g, %(relation)s + %(relations)s + g AS id, 'G' || %(relation)s + %(relations)s + g AS number,
                ({FIRST})[1 + g %% 13] AS first, ({FAMILY})[1 + g %% 17] AS whole, {CITY} AS city
            FROM generate_series(1, %(relations)s::bigint / 2) g) numbered) named
"""  # noqa: S608
CONTACTS = """
INSERT INTO relations_contact (organization_id, person_id, function, email, phone, version)
SELECT %(relation)s + 2 * g, %(relation)s + %(relations)s + g,
    (array['director', 'buyer', 'office manager'])[1 + g %% 3], 'contact@company' || 2 * g || '.example',
    '010 555 ' || lpad((g %% 10000)::text, 4, '0'), 1
FROM generate_series(1, %(relations)s::bigint / 2) g
"""

# One row per sale with everything that sales, events and lines are made of.
DRAFT = f"""
CREATE TEMPORARY TABLE draft ON COMMIT DROP AS
SELECT *, CASE WHEN status = 'open' THEN NULL ELSE %(today)s::date - closed_ago END AS closed_on,
    CASE WHEN status = 'open' THEN %(today)s::date - 1 - floor(r7 * 400)::int
         ELSE %(today)s::date - closed_ago - 5 - floor(r7 * 120)::int END AS start_date,
    CASE WHEN status = 'open' AND r5 < .12 THEN NULL
         WHEN status = 'open' THEN %(today)s::date - 90 + floor(r6 * 545)::int
         ELSE %(today)s::date - closed_ago + floor(r5 * 40)::int - 20 END AS expected_end_date,
    CASE WHEN status = 'accepted' AND r8 < .8 AND cardinality(%(accept_reasons)s::bigint[]) > 0
         THEN (%(accept_reasons)s::bigint[])[1 + floor(r8 / .8 * cardinality(%(accept_reasons)s::bigint[]))::int] END
         AS accept_reason_id,
    CASE WHEN status = 'lost' AND r8 < .8 AND cardinality(%(loss_reasons)s::bigint[]) > 0
         THEN (%(loss_reasons)s::bigint[])[1 + floor(r8 / .8 * cardinality(%(loss_reasons)s::bigint[]))::int] END
         AS loss_reason_id,
    CASE WHEN status = 'lost' AND r9 < .2 AND company > 1 THEN %(relation)s + company - 1 END AS lost_to_id,
    CASE WHEN r9 < .9 AND cardinality(%(sources)s::bigint[]) > 0
         THEN (%(sources)s::bigint[])[1 + floor(r9 / .9 * cardinality(%(sources)s::bigint[]))::int] END AS source_id
FROM (SELECT g, r5, r6, r7, r8, r9, company, 1 + floor(r3 * cardinality(%(phases)s::bigint[]))::int AS place,
        CASE WHEN r1 < .40 THEN 'open' WHEN r1 < .75 THEN 'accepted' ELSE 'lost' END AS status,
        (%(owners)s::bigint[])[1 + floor(r2 * r2 * cardinality(%(owners)s::bigint[]))::int] AS owner_id,
        round(exp(8.5 + 1.2 * sqrt(-2 * ln(1 - r4 * 0.999999)) * cos(2 * pi() * r10))::numeric, 2) AS expected_revenue,
        floor(r6 * 1500)::int AS closed_ago
      FROM (SELECT g, 1 + floor({CHANCE.format(k=11)} * %(relations)s)::bigint AS company,
                {", ".join(f"{CHANCE.format(k=k)} AS r{k}" for k in range(1, 11))}
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) g) chances) shaped
"""  # noqa: S608

SALES = """
INSERT INTO sales_sale (id, subject, customer_id, owner_id, phase_id, status, probability, probability_by_hand,
    expected_revenue, expected_end_date, closed_on, follow_up, source_id, accept_reason_id, loss_reason_id, lost_to_id,
    start_date, phase_since, next_step, next_step_on, note, external_reference, version, last_sequence, created_at,
    updated_at, updated_by_id)
SELECT %(sale)s + g,
    'Sale ' || g || ' ' || (array['renewal', 'pilot', 'rollout', 'audit', 'licence', 'support'])[1 + g %% 6],
    %(relation)s + company, owner_id, (%(phases)s::bigint[])[place], status, (%(percentages)s::int[])[place], false,
    expected_revenue, expected_end_date, closed_on, CASE WHEN status = 'accepted' THEN 'none' ELSE '' END, source_id,
    accept_reason_id, loss_reason_id, lost_to_id, start_date,
    (start_date + CASE WHEN place > 1 THEN 3 ELSE 0 END + time '12:00') AT TIME ZONE %(zone)s,
    CASE WHEN status = 'open' AND r8 < .6 THEN 'Call about the proposal' ELSE '' END,
    CASE WHEN status = 'open' AND r8 < .6 THEN %(today)s::date - 10 + floor(r9 * 40)::int END,
    repeat('Synthetic note text. ', 1 + (g %% 12)::int), '', events, events,
    (start_date + time '12:00') AT TIME ZONE %(zone)s,
    %(noon)s::timestamptz - r5 * 5 * interval '1 day' - r6 * interval '1 hour', owner_id
FROM (SELECT *, 1 + (place > 1)::int + (status <> 'open')::int AS events FROM draft) counted
"""

STATE = """sale_id, sequence, kind, sale_version, by_id, at, recorded_at, phase_id, status, probability,
    probability_by_hand, expected_revenue, expected_end_date, owner_id, customer_id, source_id, accept_reason_id,
    loss_reason_id, lost_to_id, closed_on, follow_up"""

OPENED = "false, expected_revenue, expected_end_date, owner_id, %(relation)s + company, source_id"
NOT_YET = "NULL::bigint, NULL::bigint, NULL::bigint, NULL::date, ''"
EVENTS = f"""
INSERT INTO sales_saleevent ({STATE})
SELECT %(sale)s + g, 1, 'created', 1, owner_id, (start_date + time '12:00') AT TIME ZONE %(zone)s, %(now)s,
    (%(phases)s::bigint[])[1], 'open', (%(percentages)s::int[])[1], {OPENED}, {NOT_YET}
FROM draft
UNION ALL
SELECT %(sale)s + g, 2, 'moved', 2, owner_id, (start_date + 3 + time '12:00') AT TIME ZONE %(zone)s, %(now)s,
    (%(phases)s::bigint[])[place], 'open', (%(percentages)s::int[])[place], {OPENED}, {NOT_YET}
FROM draft WHERE place > 1
UNION ALL
SELECT %(sale)s + g, 2 + (place > 1)::int, status, 2 + (place > 1)::int, owner_id,
    (closed_on + time '12:00') AT TIME ZONE %(zone)s, %(now)s, (%(phases)s::bigint[])[place], status,
    (%(percentages)s::int[])[place], {OPENED}, accept_reason_id, loss_reason_id, lost_to_id, closed_on,
    CASE WHEN status = 'accepted' THEN 'none' ELSE '' END
FROM draft WHERE status <> 'open'
"""  # noqa: S608

LINES = """
INSERT INTO sales_saleline (sale_id, position, description, quantity, unit_price, vat_rate_id, billing_method)
SELECT %(sale)s + g, 0, 'Work', 1, expected_revenue, %(vat)s, 'fixed_price' FROM draft WHERE g %% 2 = 0
"""

TABLES = ["relations_relation", "sales_sale", "relations_contact", "sales_saleevent", "sales_saleline"]

# VACUUM skips rows while their commit, or that of a row on the same page, is not on disk yet.
AT_ONCE, AS_BEFORE = "SET synchronous_commit TO on", "RESET synchronous_commit"


def generate(
    *, sales: int, seed: int, relations: int | None = None, progress: Callable[[Iterable], Iterable] = iter
) -> None:
    """Add `sales` sales with their relations, owners, lines and events, in batches that are each stored whole.

    `relations` is how many organizations there are, one per five sales by default.
    """
    values = _values(relations or max(sales // 5, 1), seed)
    _execute(AT_ONCE)
    with transaction.atomic():
        for statement in (ORGANIZATIONS, PERSONS, CONTACTS):
            _execute(statement, values)
    for first in progress(range(1, sales + 1, BATCH)):
        values |= {"first": first, "last": min(first + BATCH - 1, sales)}
        with transaction.atomic():
            for statement in (DRAFT, SALES, EVENTS, LINES, "DROP TABLE draft"):
                _execute(statement, values)
    for table in TABLES[:2]:  # the others number themselves
        _execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
    _execute(AS_BEFORE)


def tidy() -> None:
    """Update the statistics of PostgreSQL, and the visibility map for index-only scans; not inside a transaction."""
    _execute(AT_ONCE)
    for table in TABLES:
        _execute(f"VACUUM (ANALYZE) {table}")
    _execute(AS_BEFORE)


def _execute(statement: str, values: dict | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _values(relations: int, seed: int) -> dict:
    day, zone = today(), organisation_zone()
    phases = list(Phase.objects.active().values_list("pk", "probability"))
    return {
        "seed": seed, "today": day, "zone": zone.key, "noon": datetime.combine(day, time(12), zone),
        "now": datetime.now(zone), "relations": relations,
        "phases": [pk for pk, _percent in phases], "percentages": [percent for _pk, percent in phases],
        "sale": _highest("sales_sale"), "relation": _highest("relations_relation"), "owners": _owners(),
        "vat": VatRate.objects.active().values_list("pk", flat=True).first(),
        "types": _keys(RelationType), "sources": _keys(Source), "accept_reasons": _keys(AcceptReason),
        "loss_reasons": _keys(LossReason),
    }  # fmt: skip


def _keys(model) -> list[int]:
    return list(model.objects.active().values_list("pk", flat=True))


def _highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
        return cursor.fetchone()[0]


def _owners() -> list[int]:
    """Twelve salespeople without a password; a second run uses the same ones."""
    group = Group.objects.get(name=SALESPERSON)
    owners = []
    for number in range(1, OWNERS + 1):
        email = f"owner{number:02}@generated.example"
        owner = User.objects.filter(email=email).first() or User.objects.create_user(email, name=f"Owner {number:02}")
        owner.groups.add(group)
        owners.append(owner.pk)
    return owners
