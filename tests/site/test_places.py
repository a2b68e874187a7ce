"""Delete .venv and .data and nothing is left: where commands write what they make."""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis.configuration import storage_directory

from salescrm import embedded

CHECKOUT = settings.BASE_DIR
TOOLS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]
WITHIN = (CHECKOUT / ".venv", CHECKOUT / ".data", embedded.current().scratch)


@pytest.mark.parametrize(
    "place",
    [
        settings.STATIC_ROOT,
        settings.FILES_DIR,
        Path(tempfile.gettempdir()),
        Path(os.environ["TMPDIR"]),
        storage_directory("constants", intent_to_write=False).path,
        CHECKOUT / TOOLS["ruff"]["cache-dir"],
        CHECKOUT / TOOLS["mypy"]["cache_dir"],
        CHECKOUT / TOOLS["pytest"]["ini_options"].get("cache_dir", ".pytest_cache"),
    ],
)
def test_what_commands_make_lies_below_venv_or_data(place):
    assert any(place.is_relative_to(folder) for folder in WITHIN)


def test_temporary_files_of_a_test_lie_in_the_scratch_folder_of_the_run(tmp_path):
    assert tmp_path.is_relative_to(embedded.current().scratch)


@pytest.fixture
def copy(tmp_path):
    """What of the checkout the command needs, with the empty beginning of a virtual environment."""
    copy = tmp_path / "clone"
    shutil.copytree(CHECKOUT / "salescrm", copy / "salescrm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "Makefile", copy)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy / ".venv"], check=True)
    return copy


def listing(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if ".venv" not in path.parts}


@pytest.mark.skipif(shutil.which("make") is None, reason="make not found")
def test_byte_code_of_a_command_lies_in_the_virtual_environment(copy):
    before = listing(copy)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(["make", "--silent", ".venv/.bytecode"], cwd=copy, env=environment, check=True)

    command = [".venv/bin/python", "-m", "salescrm.embedded", "stop"]
    subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True)
    place = [".venv/bin/python", "-c", "import sys; print(sys.pycache_prefix)"]
    unwritten = environment | {"PYTHONDONTWRITEBYTECODE": "1"}  # what pip compiled beside the packages is read then

    assert listing(copy) == before
    assert [*(copy / ".venv" / "cache" / "bytecode").rglob("__init__.*.pyc")]
    assert subprocess.check_output(place, cwd=copy, env=unwritten, text=True) == "None\n"
