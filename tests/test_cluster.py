"""A sweep on a real local Dask cluster: it fails in a sentence, or ends in the same file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.analysis.sweep import NOTHING_BESIDE, SweepRequest, grid_of, request_of, run_chunks
from simulator.cli import cluster
from simulator.errors import LightpaceError

if TYPE_CHECKING:
    from distributed import Client

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 120.0
"""After this what is waited for does not come [s]; a loaded machine may take a while."""
PAUSE_S = 30.0
VARY = ["pacers.count=0..13", "runner.mass=40..49:0.01"]
SETTINGS = ["distance=400 m", "plan.target=60", *NOTHING_BESIDE]
SWEEP = ["simulator", "sweep"]
SWEEP += [part for v in VARY for part in ("--vary", v)]
SWEEP += [part for s in SETTINGS for part in ("--set", s)]

processes = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def request() -> SweepRequest:
    wanted = request_of("breaking4", grid_of(VARY), changes=SETTINGS)
    assert wanted.chunks == 4
    return wanted


@contextmanager
def run(
    *arguments: str, path: Path = ROOT, words: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module in a process; what it says goes to the file `words`."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    with ExitStack() as stack:
        said = stack.enter_context((words or Path(os.devnull)).open("wb"))
        child = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, cwd=path, stdout=said, stderr=said
        )
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so, and fail where it does not come."""
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, f"waited {WAIT_S:.0f} s in vain for {what}"
        time.sleep(0.01)


@dataclass(frozen=True)
class Scheduler:
    """A scheduler of its own process."""

    process: subprocess.Popen[bytes]
    file: Path

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    @contextmanager
    def worker(
        self, *options: str, path: Path = ROOT, name: str = "one"
    ) -> Iterator[subprocess.Popen[bytes]]:
        command = ["distributed.cli.dask_worker", "--scheduler-file", str(self.file)]
        command += ["--no-dashboard", "--no-nanny", "--nthreads", "1", "--name", name]
        command += ["--local-directory", str(self.file.parent)]
        with run(*command, *options, path=path) as process:
            yield process


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    file = tmp_path / "scheduler.json"
    command = ["distributed.cli.dask_scheduler", "--no-dashboard", "--port", "0"]
    command += ["--host", "127.0.0.1", "--scheduler-file", str(file)]
    with run(*command) as process:
        wait_until(file.exists, "the scheduler")
        yield Scheduler(process, file)


@pytest.fixture
def slowly(tmp_path: Path) -> tuple[str, str]:
    """Options of a worker that takes a second more for each chunk.

    What is to happen after the first chunk and before the last then does, however busy the machine.
    """
    preload = tmp_path / "slowly.py"
    preload.write_text(
        "import time\n"
        "from simulator.analysis import sweep as chunks\n"
        "at_once = getattr(chunks, 'at_once', chunks.run_chunk)  # Dask reads this in twice\n"
        "def run_chunk(chunk):\n"
        "    time.sleep(1.0)\n"
        "    return at_once(chunk)\n"
        "chunks.at_once, chunks.run_chunk = at_once, run_chunk\n"
    )
    return "--preload", str(preload)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the file that the sweep makes here."""
    plain = tmp_path_factory.mktemp("plain") / "plain.csv"
    with run(*SWEEP, "--jobs", "1", "-o", str(plain)) as sweep:
        assert sweep.wait(timeout=WAIT_S) == 0
    return plain.read_bytes()


def use(address: str, work: Callable[[cluster.Cluster], object] = lambda _: None) -> None:
    with cluster.cluster_at(address) as there:
        work(there)


def chunks_on(there: cluster.Cluster, numbers: Iterable[int]) -> list[int]:
    executor, workers, check = there
    return [n for n, _ in run_chunks(request(), numbers, executor, workers, check=check)]


def given(seen: Client, name: str) -> list[str]:
    """Return the chunks that a worker has been given and not brought back."""
    workers = seen.scheduler_info()["workers"]
    given = seen.processing()
    return [key for at, about in workers.items() if about["name"] == name for key in given[at]]


# -- before there is a cluster ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-x\r\n", b"", None],
)
def test_what_is_no_scheduler_is_said_to_be_none(
    answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A length of 3 EiB was read from the words of a web server; None: it never says a word."""
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    kept = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    kept.append(server.accept()[0])
                    if answer is not None:
                        kept[-1].sendall(answer)
                        kept.pop().close()
            except OSError:
                return  # the test is over

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        try:
            with pytest.raises(LightpaceError, match="There is no Dask scheduler at"):
                use(address)
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()


@pytest.mark.slow
@processes
def test_a_cluster_without_workers_is_said_to_have_none(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 2.0)
    with pytest.raises(LightpaceError, match="has no workers"):
        use(scheduler.address)


@pytest.mark.slow
@processes
@pytest.mark.parametrize(
    ("changed", "words"),
    [("# another version\n", "has another version"), ("raise ImportError('x')\n", "cannot run")],
)
def test_a_worker_of_another_version_is_refused(
    changed: str, words: str, scheduler: Scheduler, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "simulator", other / "simulator", ignore=ignored)
    for name in ("configs", "assets"):
        (other / name).symlink_to(ROOT / name)
    with (other / "simulator" / "units.py").open("a", encoding="utf-8") as units:
        units.write(changed)
    with scheduler.worker(path=other), pytest.raises(LightpaceError, match=words):
        use(scheduler.address)


# -- while it works --------------------------------------------------------------------------------


@pytest.mark.slow
@processes
def test_what_a_worker_lacks_is_told(scheduler: Scheduler, tmp_path: Path) -> None:
    preload = tmp_path / "full.py"
    preload.write_text(
        "import errno, os\n"
        "from simulator.analysis import sweep as chunks\n"
        "def run_chunk(chunk):\n"
        "    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "chunks.run_chunk = run_chunk\n"
    )
    words = tmp_path / "words"
    out = ["-o", str(tmp_path / "x.csv"), "--cluster", scheduler.address]
    with scheduler.worker("--preload", str(preload)), run(*SWEEP, *out, words=words) as sweep:
        assert sweep.wait(timeout=WAIT_S) == 1
    said = " ".join(words.read_text("utf-8").split())
    assert "lost the work: [Errno 28] No space left on device. The same command goes on." in said
    assert "Traceback" not in said


@pytest.mark.slow
@processes
def test_what_was_done_before_a_scheduler_dies_is_kept(
    scheduler: Scheduler, slowly: tuple[str, str], tmp_path: Path, expected: bytes
) -> None:
    words, out = tmp_path / "words", tmp_path / "out.csv"
    kept = tmp_path / ".out.csv.chunks"
    with scheduler.worker(*slowly):
        command = [*SWEEP, "-o", str(out), "--cluster", scheduler.address]
        with run(*command, words=words) as sweep:
            wait_until(lambda: bool(list(kept.glob("*.npz"))), "a first chunk")
            scheduler.process.kill()
            assert sweep.wait(timeout=WAIT_S) == 1
    said = " ".join(words.read_text("utf-8").split())
    assert "lost the work: its scheduler forgot it, or is gone. The same command goes on." in said
    assert "of 4 chunks are kept beside" in said
    assert "Traceback" not in said
    assert not out.exists()
    with run(*SWEEP, "-o", str(out)) as sweep:
        assert sweep.wait(timeout=WAIT_S) == 0
    assert out.read_bytes() == expected


@pytest.mark.slow
@processes
def test_a_scheduler_that_dies_before_the_work_is_said_to_be_gone(
    scheduler: Scheduler,
) -> None:
    def work(there: cluster.Cluster) -> None:
        assert chunks_on(there, [0]) == [0]
        scheduler.process.kill()
        chunks_on(there, [1, 2])

    with scheduler.worker(), pytest.raises(LightpaceError, match="lost the work"):
        use(scheduler.address, work)


@pytest.mark.slow
@processes
def test_a_scheduler_that_dies_after_the_work_is_no_matter(scheduler: Scheduler) -> None:
    def work(there: cluster.Cluster) -> None:
        assert chunks_on(there, [0]) == [0]
        scheduler.process.kill()

    with scheduler.worker():
        use(scheduler.address, work)


@pytest.mark.slow
@processes
def test_workers_that_are_all_gone_are_not_waited_for_forever(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ALONE_S", 3.0)

    def work(there: cluster.Cluster) -> None:
        worker.kill()
        chunks_on(there, range(4))

    gone = "lost the work: its workers are gone"
    with scheduler.worker() as worker, pytest.raises(LightpaceError, match=gone):
        use(scheduler.address, work)


@pytest.mark.slow
@processes
def test_a_pause_of_the_network_changes_nothing(
    scheduler: Scheduler, slowly: tuple[str, str], tmp_path: Path, expected: bytes
) -> None:
    """The scheduler is stopped for as long: whoever waits for it sees what a pause looks like."""
    out = tmp_path / "out.csv"
    kept = tmp_path / ".out.csv.chunks"
    command = [*SWEEP, "-o", str(out), "--cluster", scheduler.address]
    with scheduler.worker(*slowly), run(*command) as sweep:
        wait_until(lambda: bool(list(kept.glob("*.npz"))), "a first chunk")
        scheduler.process.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE_S)
        assert sweep.poll() is None
        scheduler.process.send_signal(signal.SIGCONT)
        assert sweep.wait(timeout=WAIT_S) == 0
    assert out.read_bytes() == expected


@pytest.mark.slow
@processes
def test_a_worker_that_is_killed_changes_nothing(
    scheduler: Scheduler, slowly: tuple[str, str], tmp_path: Path, expected: bytes
) -> None:
    """`--cluster` on two workers, one killed while chunks are under way: the same file."""
    from distributed import Client  # noqa: PLC0415 - a second that no other test needs

    doomed_worker = scheduler.worker(*slowly, name="doomed")
    seeing = Client(scheduler.address, set_as_default=False)
    with doomed_worker as doomed, scheduler.worker(*slowly), seeing as seen:
        seen.wait_for_workers(2, timeout=WAIT_S)
        out = tmp_path / "cluster.csv"
        with run(*SWEEP, "--cluster", scheduler.address, "-o", str(out)) as sweep:
            kept = tmp_path / ".cluster.csv.chunks"

            def caught_at_work() -> bool:
                assert sweep.poll() is None, "the sweep ended before a worker could be killed"
                if not list(kept.glob("*.npz")):
                    return False
                doomed.send_signal(signal.SIGSTOP)  # it still has its chunk when killed
                time.sleep(0.2)
                if given(seen, "doomed"):
                    return True
                doomed.send_signal(signal.SIGCONT)
                return False

            wait_until(caught_at_work, "a first chunk, and a worker at another")
            assert sweep.poll() is None
            doomed.send_signal(signal.SIGKILL)
            assert sweep.wait(timeout=WAIT_S) == 0
    assert out.read_bytes() == expected
