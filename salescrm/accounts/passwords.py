"""What a password may not consist of: names and addresses that everybody knows of its owner."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from salescrm.models import Organisation, User

SHORTEST = 3  # letters of a word that counts as one
LEAST = 6  # letters and digits that must remain beside such words
LONGEST = 1000  # characters that are looked at: putting accents in order costs the square of their number


class OwnWords:
    """Refuses one's own name, address or organisation, also repeated, turned round or with a year behind it."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Remove every such word, forwards and backwards; refuse a password of which too little remains."""
        whole = rest = _letters(password)
        for word in sorted(_words(user), key=len, reverse=True):
            rest = rest.replace(word, " ").replace(word[::-1], " ")
        if rest != whole and len(rest.replace(" ", "")) < LEAST:
            message = _(
                "This is mostly your own name or address, or the name of your organisation: it is guessed first."
            )
            raise ValidationError(message, code="own_words")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("Your password can’t be made of your own name or address, or of the name of your organisation.")


def _words(user: User | None) -> set[str]:
    texts = [user.email, *user.email.split("@"), user.name] if user else []
    texts.append(getattr(user, "organisation", "") or Organisation.current().name)
    words = {_letters(word) for text in texts for word in (text, *re.split(r"[\W_]+", text))}
    return {word for word in words if len(word) >= SHORTEST}


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    return "".join(letter for letter in folded if letter.isalnum())
