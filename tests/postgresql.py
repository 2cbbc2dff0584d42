"""A PostgreSQL server of a test's own, which it may stop, hang and lose."""

import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))


class PostgreSQL:
    """In a folder of its own, and on a socket there alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._run("initdb", "-U", "icsinfo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()
        self._run("createdb", "-h", str(folder), "-U", "icsinfo", "icsinfo")

    @property
    def url(self) -> str:
        return f"postgres://icsinfo@{str(self.folder).replace('/', '%2F')}/icsinfo"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-l", log, "-s", "-w", "start", "-o", options)

    def stop(self) -> None:
        """Without waiting for anybody who is connected."""
        self._run("pg_ctl", "-m", "immediate", "-s", "-w", "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """All of its processes stand still: connections are taken, and nothing is answered."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Somebody else has a table for themselves."""
        program = str(PROGRAMS[-1] / "psql")
        command = [program, "-h", str(self.folder), "-U", "icsinfo", "-qtA", "icsinfo"]
        with subprocess.Popen(  # noqa: S603 - our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdin
            assert other.stdout
            other.stdin.write(f"BEGIN; LOCK {table}; SELECT 'locked';\n")
            other.stdin.flush()
            assert other.stdout.readline() == "locked\n"
            yield
            other.stdin.close()

    def _signal(self, number: int) -> None:
        # The server first, so that it begins no other process meanwhile.
        server = (self.folder / "data/postmaster.pid").read_text().split()[0]
        os.kill(int(server), number)
        for child in Path(f"/proc/{server}/task/{server}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)

    def _run(self, program: str, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        place = [] if program == "createdb" else ["-D", str(self.folder / "data")]
        subprocess.run(  # noqa: S603 - our own
            [*as_postgres, str(PROGRAMS[-1] / program), *place, *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    # Not below the folder of the test: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="icsinfo-") as folder:
        if os.geteuid() == 0:  # as which PostgreSQL refuses to run
            os.chown(folder, *pwd.getpwnam("postgres")[2:4])
        server = PostgreSQL(Path(folder))
        try:
            yield server
        finally:
            if (server.folder / "data/postmaster.pid").exists():
                server.stop()
