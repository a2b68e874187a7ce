"""Static files of production: named after their content, and looked up once."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as project

from salescrm.serving.staticfiles import HashedFiles


@pytest.fixture
def files(tmp_path):
    storage = HashedFiles(location=tmp_path, base_url="/static/")
    storage.hashed_files = {"css/base.css": "css/base.0123456789ab.css"}
    return storage


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEBUG = False


def test_address_holds_the_hash_of_the_content(files):
    assert files.url("css/base.css") == "/static/css/base.0123456789ab.css"


def test_address_is_looked_up_once(files):
    first = files.url("css/base.css")
    files.hashed_files.clear()

    assert files.url("css/base.css") == first


def test_unknown_file_is_an_error_and_not_kept(files):
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        files.url("css/gone.css")

    assert files.addresses == {}


def test_no_two_animations_share_a_name():
    sheets = sorted((Path(project.BASE_DIR) / "static/css").glob("*.css"))
    names = Counter(name for sheet in sheets for name in re.findall(r"@keyframes\s+([\w-]+)", sheet.read_text()))
    assert names
    assert [name for name, times in names.items() if times > 1] == []  # the last one would win everywhere
