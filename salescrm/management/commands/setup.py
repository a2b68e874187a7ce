"""`manage.py setup`: make an empty installation ready for its first administrator (rule 24)."""

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from salescrm.models import User
from salescrm.organisation.first_run import is_first_run, set_up

FROM_ENVIRONMENT = "SETUP_PASSWORD"


class Command(BaseCommand):
    help = (
        "Creates the organisation, its default lists, the roles and the first administrator. Asks what is not given; "
        f"the password comes from the environment variable {FROM_ENVIRONMENT} or is asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="name of your organisation")
        parser.add_argument("--language", choices=["nl", "en"], help="language of the default lists")
        parser.add_argument("--email", help="e-mail address of the first administrator")
        parser.add_argument("--name", help="name of the first administrator")
        parser.add_argument("--no-input", action="store_true", help="fail instead of asking")

    def handle(
        self,
        *,
        organisation: str | None,
        language: str | None,
        email: str | None,
        name: str | None,
        no_input: bool,
        **options: Any,
    ) -> None:
        if not is_first_run():
            raise CommandError("This installation is set up already: there is a user.")
        ask = self._refuse if no_input else input
        values = {
            "organisation": organisation or ask("Name of your organisation: "),
            "language": language or ask("Language, nl or en: "),
            "name": name or ask("Your name: "),
            "email": email or ask("Your e-mail address: "),
        }
        ask_password = self._refuse if no_input else self._password
        values["password"] = os.environ.get(FROM_ENVIRONMENT) or ask_password(FROM_ENVIRONMENT)
        try:
            self._check(values)
            user = set_up(**values)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(self.style.SUCCESS(f"Ready. Log in as {user.email}."))

    def _refuse(self, what: str) -> str:
        raise CommandError(f"Missing: {what.strip(': ')}")

    def _password(self, _variable: str) -> str:
        first, second = getpass.getpass("Password: "), getpass.getpass("The same password again: ")
        if first != second:
            raise CommandError("The two passwords differ.")
        return first

    def _check(self, values: dict) -> None:
        if values["language"] not in ("nl", "en") or not values["organisation"].strip() or not values["name"].strip():
            raise CommandError("Give a name of the organisation, your name, and nl or en as the language.")
        validate_email(values["email"])
        user = User(email=values["email"], name=values["name"])
        user.organisation = values["organisation"]  # a password is not made of its name
        validate_password(values["password"], user)
