"""What lint holds for imports holds for templates too: a room shows its own, and those of rooms below it."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from salescrm.accounts.urls import settings as accounts
from salescrm.organisation.urls import settings as organisation

HOUSE = Path(settings.BASE_DIR)
LINTER = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS, LINTED = LINTER["contracts"], LINTER["root_packages"]
APPS = next(contract["layers"] for contract in CONTRACTS if contract["name"] == "Imports point down")
TEMPLATES = HOUSE / "templates"
STREETS = {*APPS, "invoices", "search"}  # how addresses of apps begin, and their namespaces
LINKS = {
    *(("navigation.html", app) for app in STREETS - {"invoicing", "salescrm"}),
    ("search.html", "search"), ("base.html", "sales"), ("teams.html", "sales"), ("profile.html", "sales"),
}  # fmt: skip
LADDERS = {contract["containers"][0]: contract["layers"] for contract in CONTRACTS if "containers" in contract}
MOST_MODULES = 23  # "about twenty"; a folder that needs more gets a room by subject


def rungs(app: str) -> dict[str, int]:
    """Every room of an app with how far below the top it stands."""
    layers = enumerate(LADDERS[app])
    return {
        name: rung for rung, layer in layers for name in re.split(r" [|:] ", layer) if (HOUSE / app / name).is_dir()
    }


@pytest.mark.parametrize("app", ["relations", "salescrm", "sales"])
def test_no_room_shows_a_template_of_a_room_beside_or_above_it(app):
    rooms, faults = rungs(app), []
    for room, rung in rooms.items():
        files = [*(HOUSE / app / room).rglob("*.py"), *(HOUSE / "templates" / app / room).rglob("*.html")]
        for file in files:
            shown = set(re.findall(rf"[\"']{app}/(\w+)/\w+\.html", file.read_text())) - {room}
            faults += [(str(file.relative_to(HOUSE)), other) for other in shown if rooms.get(other, -1) <= rung]
    assert (bool(rooms), faults) == (True, [])


def of_app(app: str) -> list[Path]:
    """The templates of an app; those of the kernel are all others."""
    owners = [(path, path.relative_to(TEMPLATES).parts[0]) for path in TEMPLATES.rglob("*.html")]
    return [path for path, owner in owners if (owner if owner in APPS else "salescrm") == app]


@pytest.mark.parametrize("app", APPS[1:])
def test_no_template_shows_one_of_an_app_above(app):
    upper = "|".join(APPS[: APPS.index(app)])
    names = {path.name: re.findall(rf"[\"']((?:{upper})/[\w/]+\.html)", path.read_text()) for path in of_app(app)}
    assert {name: shown for name, shown in names.items() if shown} == {}
    assert names


def test_kernel_names_few_addresses_of_apps():
    """The menu, and links for people; htmx fetches nothing of an app while somebody types."""
    address = r"{% url [\"'](\w+):|(?:href|action|data-hx-\w+)=[\"']/(\w+)/"
    named = {(path.name, a or b) for path in of_app("salescrm") for a, b in re.findall(address, path.read_text())}
    assert {(name, app) for name, app in named if app in STREETS} == LINKS
    code = "".join(path.read_text() for path in (HOUSE / "salescrm").rglob("*.py"))
    own = {path.name for path in [*accounts, *organisation]}
    assert set(re.findall(r"reverse_lazy\([\"']settings:([\w-]+)", code)) <= own


def test_no_folder_holds_more_than_about_twenty_modules():
    files = [file for folder in (*LINTED, "tests") for file in (HOUSE / folder).rglob("*.py")]
    modules = Counter(file.parent for file in files if file.name != "__init__.py" and file.parent.name != "migrations")
    assert {str(folder.relative_to(HOUSE)): count for folder, count in modules.items() if count > MOST_MODULES} == {}
