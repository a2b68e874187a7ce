from django.db import migrations

# The definitions of salescrm.words and salescrm.phones as they were when this was written.
MARKS = (
    r"[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640"
    r"\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u180b-\u180f\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U000e0000-\U000e0fff]"
)
BETWEEN = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b9-\u02df\u0375\u037e\u0384\u0385\u0387"
    r"\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b\u061d-\u061f\u066a-\u066d\u06d4"
    r"\u0964\u0965\u0970\u0e4f\u0e5a\u0e5b\u104a-\u104f\u1360-\u1368\u1680\u17d4-\u17da\u1800-\u180a\u2000-\u200a"
    r"\u2010-\u2029\u202f-\u205f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f"
    r"\u30a0\u30fb\ue000-\uf8ff\ufffd\U0001f000-\U0001faff]+"
)
CODES = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689][0-9]|3[578][0-9]|42[0-9]|5[09][0-9]|"
    "6[7-9][0-9]|8[03578-9][0-9]|9[679][0-9]"
)
STEPS = [
    (r"[\u2010-\u2015\u2212]", "-"),
    (r"\( *0 *\)", " "),
    (r"[^0-9+()/. -]+", ";"),
    (r"[+]", ";+"),
    (r"([0-9](?:[()/. -]*[0-9]){9})[()/. -]+(?=0(?:[()/. -]*[0-9]){8})", r"\1;"),
    (r"[()/. -]+", ""),
    (r"(^|;)00", r"\1+"),
    (rf"[+]({CODES})0+", r"+\1"),
    (r"(^|;)(?:0|31)?([1-9][0-9]{8})(?![0-9])", r"\1+31\2"),
]
FORMS = (rf"[+]({CODES})([0-9]+)", r" \1\2 0\2 ")

SIGNS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ĸ": "k", "ς": "σ", "ŋ": "n"}


def nested(text, steps):
    for pattern, new in steps:
        text = f"regexp_replace({text}, '{pattern}', '{new}', 'g')"
    return text


def typed(text):
    for sign, letters in SIGNS.items():
        text = f"replace({text}, '{sign}', '{letters}')"
    return f"translate({text}, '{''.join(LETTERS)}', '{''.join(LETTERS.values())}')"


WITHOUT = f"regexp_replace(written, '{MARKS}', '', 'g')"
BARE = f"regexp_replace(normalize({WITHOUT}, NFKD), '{MARKS}', '', 'g')"
ASCII = "octet_length(written) = char_length(written)"
# A text has so many words and a word so many characters at most: an index entry has its limits.
FORWARD = f"""
CREATE FUNCTION salescrm_folded(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE WHEN {ASCII} THEN regexp_replace(lower(written COLLATE pg_c_utf8), '[^a-z0-9]+', ' ', 'g')
ELSE regexp_replace({typed(f"lower({BARE} COLLATE pg_c_utf8)")}, '{BETWEEN}', ' ', 'g') END;

CREATE FUNCTION salescrm_phones(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE WHEN written = '' THEN '' ELSE {nested("normalize(written, NFKD)", STEPS)} END;

CREATE FUNCTION salescrm_words(written text, phones text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
(left(regexp_replace(salescrm_folded(left(written, 20000)), '([^ ]{{100}})[^ ]+', '\\1', 'g'), 200000) || ' '
|| translate({nested("salescrm_phones(phones)", [FORMS])}, ';+', ' '))::tsvector;
"""
BACKWARD = """
DROP FUNCTION salescrm_words(text, text);
DROP FUNCTION salescrm_phones(text);
DROP FUNCTION salescrm_folded(text);
"""


class Migration(migrations.Migration):
    dependencies = [("salescrm", "0003_creations")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
