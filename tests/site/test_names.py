"""Names in the code (CONTRIBUTING, "Words in the code"): no participle that fits anything, no class name twice."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ("salescrm", "relations", "invoicing", "projects", "sales", "reports")
POSTED = {("relations/forms.py", "chosen")}  # a form's field is named as browsers post it
PARTICIPLES = "found|asked|kept|told|said|shown|chosen"
PARTICIPLE = re.compile(rf"(^|_)({PARTICIPLES})(_|$)", re.IGNORECASE)
IN_CAPITALS = re.compile("|".join(word.title() for word in PARTICIPLES.split("|")))  # FollowUpAsked
EVERYWHERE = {"Meta", "Command"}  # Django gives these names
TEXT = """
class Found: ...
class Shape:
    class Kind(models.TextChoices): ...
    told_at = 1
    def as_shown(self): self.kept = found = 1
SAID: str = ""
"""


def modules(app: str) -> list[Path]:
    """The modules of an app, without migrations: those stay as they ran."""
    paths = (path.relative_to(ROOT) for path in sorted((ROOT / app).rglob("*.py")))
    return [path for path in paths if "migrations" not in path.parts]


def classes(body: list[ast.stmt], inside: bool = False) -> Iterator[str]:
    """The classes of a module, and those inside them; choices inside a class are named after its field."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            choices = inside and any("Choices" in ast.unparse(base) for base in node.bases)
            if node.name not in EVERYWHERE and not choices:
                yield node.name
            yield from classes(node.body, inside=True)


def definitions(tree: ast.Module) -> Iterator[str]:
    """The names of functions, classes, attributes and constants; names inside functions and parameters are free."""
    bodies = [tree.body]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            bodies.append(node.body)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
    for statement in (statement for body in bodies for statement in body):
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


def is_participle(name: str) -> bool:
    """Whether a name is one, or ends or begins with one; the name of a test is a sentence."""
    return not name.startswith("test_") and bool(PARTICIPLE.search(name) or IN_CAPITALS.search(name))


@pytest.mark.parametrize("app", (*APPS, "tests"))
def test_no_name_is_a_participle_that_fits_anything(app):
    names = {(str(path), name) for path in modules(app) for name in definitions(ast.parse((ROOT / path).read_text()))}
    names |= {(str(path), path.stem) for path in modules(app)}

    assert sorted((path, name) for path, name in names - POSTED if is_participle(name)) == []


@pytest.mark.parametrize("app", APPS)
def test_no_two_classes_of_an_app_share_a_name(app):
    counts = Counter(name for path in modules(app) for name in classes(ast.parse((ROOT / path).read_text()).body))

    assert [name for name, count in counts.items() if count > 1] == []


def test_what_is_looked_for_is_seen():
    tree = ast.parse(TEXT)

    assert sorted(filter(is_participle, definitions(tree))) == ["Found", "SAID", "as_shown", "kept", "told_at"]
    assert sorted(classes(tree.body)) == ["Found", "Shape"]
