"""What may be there only once, such as the name of a list row: a violation is refused in the words of its constraint.

A form looks first, but somebody else may store the same between its look and its own storing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models.expressions import Combinable

from salescrm.versions import Refused


class UniqueWords(models.UniqueConstraint):
    """A unique constraint on what somebody types: its message stands beside that field, the last one it names."""

    def deconstruct(self) -> Any:
        """In migrations it is what it is in the database."""
        _path, expressions, values = super().deconstruct()
        return "django.db.models.UniqueConstraint", expressions, values

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Refuse, beside the field, what is there already."""
        try:
            super().validate(*args, **kwargs)
        except ValidationError as error:
            raise ValidationError({typed_field(self): error.error_list}) from error


@contextmanager
def violations_in_words() -> Iterator[None]:
    """Refuse what a unique constraint forbids in this block. It ends a transaction of its own, or the block around."""
    try:
        yield
    except IntegrityError as error:
        if refusal := _refusal_of(error):
            raise refusal from error
        raise


def _refusal_of(error: IntegrityError) -> Refused | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    table, name = getattr(diagnosis, "table_name", None), getattr(diagnosis, "constraint_name", None)
    model = next((model for model in apps.get_models() if model._meta.db_table == table), None)
    if model is None or not name:
        return None
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.name == name:
            return Refused({typed_field(constraint): constraint.get_violation_error_message()}, code="unique")
    for field in model._meta.local_fields:
        if field.unique and name.startswith(f"{table}_{field.column}_"):
            return Refused({field.name: str(field.error_messages["unique"])}, code="unique")
    return None


def typed_field(constraint: models.UniqueConstraint) -> str:
    """The field of a constraint in which people type; what the others say is given."""
    return constraint.fields[-1] if constraint.fields else [*_names(constraint.expressions)][-1]


def _names(expressions: Any) -> Iterator[str]:
    for expression in expressions:
        if isinstance(expression, models.F):
            yield expression.name  # type: ignore[attr-defined]
        elif isinstance(expression, Combinable):
            yield from _names(expression.get_source_expressions())  # type: ignore[attr-defined] # an expression has them
