"""A backup comes back: of the oldest state and of now, into every kind of database; and what is refused, unharmed."""

import io
import json
import os
import shutil
import tarfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from salescrm import embedded
from salescrm.backups import archive
from salescrm.backups.archive import DUMP, MANIFEST, MARK, BackupError, check
from salescrm.backups.making import make
from salescrm.backups.restoring import restore
from salescrm.backups.server import Server
from tests.commands import manage
from tests.salescrm.backups.first_state import APPS

pytestmark = pytest.mark.xdist_group("backups")  # saves time: one process makes the oldest backup, once
OURS = f"backup_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_"  # databases and roles are shared by all processes
ROLE = f"{OURS}without_rights"
FILE = "files/ab/ab0123456789abcdef0123456789abcd"
LOG_IN = """
from django.test import Client
browser = Client(headers={"host": "localhost"})
print(browser.post("/accounts/login/", {"username": "anna@example.com", "password": "right password"}).status_code)
from sales.models import Sale
sale = Sale.objects.get(subject="Warehouse").get_absolute_url()
for path in (sale, f"{sale}history/", "/relations/", "/invoices/"):
    page = browser.get(path)
    print(page.status_code, "Großprojekt" in page.text)
"""
ADD_FILE = """
from django.core.files.uploadedfile import SimpleUploadedFile
from sales.models import Sale, SaleNote
from salescrm.notes import writing
from salescrm.models import User
sale, by = Sale.objects.get(), User.objects.get()
note = writing.add(SaleNote(sale=sale, text="See"), uploads=[SimpleUploadedFile("a.pdf", b"%PDF-1.4 plan")], by=by)
print(f"/sales/{sale.pk}/files/{note.files.get().key}/")
"""


class Place:
    """Databases of this process on the server of the test run, reached as DATABASE_URL, each with files of its own.

    Tests name them by one word, the server has them with `OURS` before it.
    """

    def __init__(self, directory: Path):
        self.directory, self.host = directory, connection.settings_dict["HOST"]

    @contextmanager
    def server(self, name: str = ""):
        database = f"{OURS}{name}" if name else "postgres"
        with psycopg.connect(host=self.host, user=embedded.SUPERUSER, dbname=database, autocommit=True) as server:
            yield server

    def create(self, name: str, locale: str = embedded.LOCALE) -> None:
        self.drop(name)
        with self.server() as server:
            server.execute(f"CREATE DATABASE {OURS}{name} TEMPLATE template0 ENCODING 'UTF8' {locale}")

    def drop(self, name: str) -> None:
        with self.server() as server:
            server.execute(f"DROP DATABASE IF EXISTS {OURS}{name} WITH (FORCE)")

    def clear(self) -> None:
        with self.server() as server:
            made = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [OURS]).fetchall()
            for (name,) in made:
                self.drop(name.removeprefix(OURS))
            server.execute(f"DROP ROLE IF EXISTS {ROLE}")

    def files(self, name: str) -> Path:
        return self.directory / f"{name}-files"

    def manage(self, name: str, *arguments: str, user: str = embedded.SUPERUSER, **options):
        address = f"postgresql://{user}@/{OURS}{name}?host={self.host}"
        return manage(*arguments, DATABASE_URL=address, FILES_DIR=str(self.files(name)), DEMO="1", **options)

    def shell(self, name: str, code: str) -> str:
        done = self.manage(name, "shell", "--no-imports", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stored(self, name: str) -> tuple:
        """Tables with their rows, and files: all that could have been touched."""
        with self.server(name) as server:
            tables = server.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
            ).fetchall()
            rows = [server.execute(f"SELECT count(*) FROM {table}").fetchone() for (table,) in tables]
        files = self.files(name)
        return tables, rows, sorted((path.name, path.read_bytes()) for path in files.rglob("*") if path.is_file())

    def as_server(self, name: str) -> Server:
        return Server({"host": self.host, "user": embedded.SUPERUSER, "dbname": f"{OURS}{name}"})


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        embedded.current().start()
        place = Place(tmp_path_factory.mktemp("backups"))
        place.clear()
        yield place
        place.clear()


@pytest.fixture(scope="module")
def oldest(place) -> Path:
    """A backup of the first state of the product."""
    place.create("first")
    place.shell("first", "from tests.salescrm.backups.first_state import fill; fill()")
    stored = place.files("first") / FILE.removeprefix("files/")
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"a plan")
    (place.files("first") / ".unfinished").write_bytes(b"half")
    path = place.directory / "oldest.tar"
    done = place.manage("first", "backup", str(path))
    assert done.returncode == 0, done.stderr
    assert "The secret key is not in it" in done.stderr
    return path


@pytest.fixture
def target(place):
    """An empty database with the right locale."""
    place.create("target")
    yield "target"
    place.drop("target")
    shutil.rmtree(place.files("target"), ignore_errors=True)


def refusal(done) -> str:
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_backup_holds_the_dump_the_files_and_what_proves_them(oldest):
    with tarfile.open(oldest) as tar:
        assert tar.getnames() == [MARK, DUMP, FILE, MANIFEST]
        manifest = json.load(tar.extractfile(MANIFEST))
    assert manifest["locale"] == "UTF8 builtin C.UTF-8"
    assert (manifest["format"], manifest["product"], manifest["server"] // 10000) == (1, "0.3.0", 18)
    assert [row for row in manifest["migrations"] if row[0] == "sales"] == [["sales", "0001_initial"]]
    assert check(oldest).members == manifest["members"]
    assert oldest.stat().st_mode & 0o777 == 0o600
    assert b"SECRET" not in oldest.read_bytes()


def test_oldest_backup_comes_back_into_an_empty_database_and_one_can_log_in(place, oldest, target):
    done = place.manage(target, "restore", str(oldest))

    assert (done.returncode, done.stderr) == (0, "")
    assert place.shell(target, LOG_IN) == "302\n200 True\n200 True\n200 True\n200 True\n"
    assert (place.files(target) / FILE.removeprefix("files/")).read_bytes() == b"a plan"
    assert [path.name for path in place.files(target).iterdir()] == ["ab"]
    assert place.manage(target, "migrate", "--check").returncode == 0


def test_backup_of_now_comes_back_into_a_missing_database_with_its_file(place, oldest, target):
    place.manage(target, "restore", str(oldest))
    path = place.shell(target, ADD_FILE).strip()
    sent = place.manage(target, "backup", "-", text=False)
    place.drop("missing")

    done = place.manage("missing", "restore", "-", text=False, stdin=sent.stdout)

    assert done.returncode == 0, done.stderr
    log_in = LOG_IN.replace("from sales", f'print(b"".join(browser.get("{path}")))\nfrom sales', 1)
    assert place.shell("missing", log_in).splitlines()[:2] == ["302", "b'%PDF-1.4 plan'"]
    with place.server("missing") as server:
        kind = server.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()")
        assert kind.fetchone() == ("b", "C.UTF-8")


def test_mail_that_was_not_sent_is_on_hold_after_restoring(place, oldest, target, tmp_path):
    place.manage(target, "restore", str(oldest))
    post = "from salescrm.mail.outbox import post; post('test', 1, to='anna@example.com', by=None)"
    place.shell(target, post)
    place.manage(target, "backup", str(tmp_path / "now.tar"))

    done = place.manage(target, "restore", "--replace", str(tmp_path / "now.tar"))

    assert "Mail that was not sent yet is on hold (1)" in done.stdout
    with place.server(target) as server:
        assert server.execute("SELECT state, due_at FROM mail_outgoingmail").fetchall() == [("on_hold", None)]


def test_no_mail_is_due_as_soon_as_anybody_sees_what_was_restored(place, oldest, target, tmp_path):
    place.manage(target, "restore", str(oldest))
    place.shell(target, "from salescrm.mail.outbox import post; post('test', 1, to='anna@example.com', by=None)")
    place.manage(target, "backup", str(tmp_path / "now.tar"))

    restore(place.as_server(target), place.files(target), tmp_path / "now.tar", replace=True)

    with place.server(target) as server:
        assert server.execute("SELECT state, due_at FROM mail_outgoingmail").fetchall() == [("waiting", None)]


def test_filled_database_is_refused_and_replaced_as_a_whole_when_asked(place, oldest, target):
    place.manage(target, "migrate", "--verbosity", "0")
    with place.server(target) as server:
        server.execute("CREATE TABLE newer (id int); CREATE VIEW seen AS SELECT * FROM newer; CREATE SEQUENCE counted")
    orphan = place.files(target) / "cd" / "cd01"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"of before")
    before = place.stored(target)

    refused = place.manage(target, "restore", str(oldest))

    assert "is not empty. With --replace everything in it is replaced" in refusal(refused)
    assert place.stored(target) == before
    assert place.manage(target, "restore", "--replace", str(oldest)).returncode == 0
    assert place.shell(target, LOG_IN) == "302\n200 True\n200 True\n200 True\n200 True\n"
    assert not orphan.exists()
    tables = [table for (table,) in place.stored(target)[0]]
    assert "newer" not in tables


def test_restore_that_fails_in_the_middle_changes_nothing(place, oldest, target, tmp_path):
    place.manage(target, "restore", str(oldest))
    before = place.stored(target)
    broken = tmp_path / "broken.tar"
    rewritten(oldest, broken, {DUMP: lambda dump: dump[: len(dump) // 2]})

    with pytest.raises(BackupError, match="Nothing was restored, the database is as it was"):
        restore(place.as_server(target), place.files(target), broken, replace=True)

    assert place.stored(target) == before


def test_database_in_use_is_refused(place, oldest, target):
    with place.server(target):
        refused = place.manage(target, "restore", str(oldest))

    assert "is in use (1 other connections): stop the web processes and the worker first" in refusal(refused)


def test_database_with_another_locale_is_refused_with_what_to_do(place, oldest):
    place.create("locale", "LOCALE_PROVIDER libc LOCALE 'C'")

    refused = place.manage("locale", "restore", str(oldest))

    assert "has another locale (UTF8 libc C)" in refusal(refused)
    assert "BUILTIN_LOCALE 'C.UTF-8'" in refused.stderr
    assert place.stored("locale") == ([], [], [])


def test_role_that_may_not_create_databases_is_told_what_an_administrator_runs(place, oldest):
    place.drop("by_role")
    with place.server() as server:
        server.execute(f"DROP ROLE IF EXISTS {ROLE}")
        server.execute(f"CREATE ROLE {ROLE} LOGIN")

    message = refusal(place.manage("by_role", "restore", str(oldest), user=ROLE))
    statement = message.partition("Let an administrator of the server run: ")[2]
    with place.server() as server:
        server.execute(statement)

    assert f"{ROLE} may not create one" in message
    assert place.manage("by_role", "restore", str(oldest), user=ROLE).returncode == 0
    assert place.manage("by_role", "restore", "--replace", str(oldest), user=ROLE).returncode == 0
    assert place.shell("by_role", LOG_IN).startswith("302\n200 True")


@pytest.mark.parametrize("name", ["nowhere", "target"])
def test_database_that_is_missing_or_empty_is_not_backed_up(place, target, tmp_path, name):
    message = refusal(place.manage(name, "backup", str(tmp_path / "x.tar")))

    assert "There is no database" in message or "there is nothing to back up" in message
    assert list(tmp_path.iterdir()) == []


class Leaving(type(Path())):
    """A file that somebody throws away just before it is read."""

    def open(self, *arguments, **options):
        self.unlink()
        return super().open(*arguments, **options)


def test_file_that_is_thrown_away_meanwhile_stops_no_backup(place, oldest, tmp_path):
    files, to = tmp_path / "files", tmp_path / "new.tar"
    (files / "ab").mkdir(parents=True)
    (files / "ab" / "abcd").write_bytes(b"plan")

    make(place.as_server("first"), Leaving(files), to)

    assert [*check(to).members] == [MARK, DUMP]


def test_backup_replaces_no_file(place, oldest):
    before = oldest.read_bytes()

    assert "exists already" in refusal(place.manage("first", "backup", str(oldest)))
    assert oldest.read_bytes() == before


def test_state_between_comes_back(place, tmp_path):
    """One from halfway the migrations; those of now and of the first state are above."""
    loader = MigrationLoader(None)
    ours = [key for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True) if key[0] in APPS]
    place.create("state")
    place.shell("state", "from tests.salescrm.backups.first_state import fill; fill()")
    app, name = ours[len(ours) // 2]
    assert place.manage("state", "migrate", "--verbosity", "0", app, name).returncode == 0
    assert place.manage("state", "backup", str(tmp_path / "half.tar")).returncode == 0
    done = place.manage("later", "restore", str(tmp_path / "half.tar"))
    assert (done.returncode, done.stderr) == (0, "")
    assert place.shell("later", LOG_IN).startswith("302\n200 True")


def rewritten(source: Path, to: Path, changes: dict, *, honest: bool = True) -> None:
    """The archive with other contents; `honest`: with a manifest that agrees with them."""
    with tarfile.open(source) as tar:
        contents = {member.name: tar.extractfile(member).read() for member in tar}
    contents |= {name: change(contents.get(name, b"")) for name, change in changes.items()}
    manifest = json.loads(contents.pop(MANIFEST))
    if honest:
        manifest["members"] = {name: archive_entry(content) for name, content in contents.items()}
    with tarfile.open(to, "w") as tar:
        for name, content in {**contents, MANIFEST: json.dumps(manifest).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def archive_entry(content: bytes) -> list:
    reader = archive.Reader(io.BytesIO(content))
    reader.read()
    return [reader.size, reader.hash.hexdigest()]


@pytest.mark.parametrize(
    ("changes", "honest", "why"),
    [
        ({FILE: lambda content: b"another"}, False, "is damaged or was changed"),
        ({"files/ab/new": lambda content: b"added"}, False, "is damaged or was changed"),
        ({MARK: lambda content: b"2\n"}, True, "made by a newer version"),
        ({"files/../../etc/cron.d/x": lambda content: b"x"}, True, "is not safe to restore"),
        ({"files/.hidden": lambda content: b"x"}, True, "is not safe to restore"),
        ({"/etc/passwd": lambda content: b"x"}, True, "is not safe to restore"),
        ({"setup.py": lambda content: b"x"}, True, "is not safe to restore"),
    ],
)
def test_changed_or_unsafe_archive_is_refused(oldest, tmp_path, changes, honest, why):
    path = tmp_path / "other.tar"
    rewritten(oldest, path, changes, honest=honest)

    with pytest.raises(BackupError, match=why):
        check(path)


@pytest.mark.parametrize("size", [0, 100, 512, 700, 5000, -11_000])
def test_archive_that_was_cut_off_is_refused(oldest, tmp_path, size):
    path = tmp_path / "half.tar"
    path.write_bytes(oldest.read_bytes()[:size])

    with pytest.raises(BackupError, match="cut off|another program|no backup"):
        check(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_archive_with_anything_but_files_is_refused(oldest, tmp_path, kind):
    path = tmp_path / "link.tar"
    with tarfile.open(oldest) as source, tarfile.open(path, "w") as tar:
        first = source.next()
        tar.addfile(first, source.extractfile(first))
        member = tarfile.TarInfo("files/ab")
        member.type, member.linkname = kind, "/etc"
        tar.addfile(member)

    with pytest.raises(BackupError, match="is not safe to restore"):
        check(path)


@pytest.mark.parametrize("content", [b"", b"no archive at all" * 100])
def test_file_that_is_no_archive_is_refused(place, target, tmp_path, content):
    path = tmp_path / "x.tar"
    path.write_bytes(content)

    assert "no backup made by manage.py backup" in refusal(place.manage(target, "restore", str(path)))
    assert place.stored(target) == ([], [], [])


def test_backup_of_a_newer_program_or_server_is_refused(place, oldest, target, tmp_path):
    for word, value, why in (
        ("migrations", [["sales", "9999_from_the_future"]], "update the program first"),
        ("dump_program", 99, "pg_restore of PostgreSQL 99 or newer is needed"),
        ("server", 990001, "PostgreSQL 99"),
    ):
        path = tmp_path / f"{word}.tar"
        rewritten(oldest, path, {MANIFEST: lambda text, word=word, value=value: changed(text, word, value)})
        with pytest.raises(BackupError, match=why):
            restore(place.as_server(target), tmp_path / "files", path)
        assert not (tmp_path / "files").exists()


def changed(text: bytes, word: str, value) -> bytes:
    return json.dumps(json.loads(text) | {word: value}).encode()
