"""What lint holds for imports holds for templates too: a room shows its own, and those of rooms below it."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
CONTRACTS = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LADDERS = {contract["containers"][0]: contract["layers"] for contract in CONTRACTS if "containers" in contract}


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
