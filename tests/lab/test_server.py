"""When JupyterLab counts as started: once it answers at its port itself."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from gdkit.errors import LabError
from gdkit.lab import server
from gdkit.lab.server import running_lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAND_IN = """
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

runs, taken, late_s = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
first = not runs.exists()
runs.write_text(os.environ["JUPYTER_TOKEN"] if first else runs.read_text() + " " + os.environ["JUPYTER_TOKEN"])

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.headers["Authorization"] == "token " + os.environ["JUPYTER_TOKEN"]
        self.send_response(200 if known else 403)
        self.end_headers()

def tell(port):
    folder = Path(os.environ["JUPYTER_RUNTIME_DIR"])
    folder.mkdir(exist_ok=True)
    (folder / f"jpserver-{os.getpid()}.json").write_text(json.dumps({"port": port}))

if first and taken:
    tell(taken)
    time.sleep(late_s)
    print("The port is already in use.")
    print("ERROR: the Jupyter server could not be started because no available port could be found.")
    sys.exit(1)
listening = HTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
listening.server_bind()
tell(listening.server_address[1])
time.sleep(late_s)
listening.server_activate()
listening.serve_forever()
"""
"""A server that tells its port before it listens, as Jupyter Server does; in its first run it may tell another's."""


class _Refuses(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()


@contextmanager
def another() -> Iterator[int]:
    """Run a server of somebody else, and give its port."""
    with ThreadingHTTPServer((server.LOOPBACK, 0), _Refuses) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        yield other.server_address[1]
        other.shutdown()
        thread.join()


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Name the file in which the stand-in writes the token of each of its runs."""
    return tmp_path / "runs"


def stand_in(monkeypatch: pytest.MonkeyPatch, runs: Path, taken: int = 0) -> None:
    """Have a stand-in started in the place of JupyterLab."""
    command = [sys.executable, "-c", STAND_IN, str(runs), str(taken), "0.3"]
    monkeypatch.setattr(server, "_command", lambda *_, **__: command)


def status(port: int, token: str) -> int:
    """Ask a server, and give the status of its answer."""
    connection = HTTPConnection(server.LOOPBACK, port, timeout=10)
    connection.request("GET", "/", headers={"Authorization": f"token {token}"})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_told_when_it_answers(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address is given once the server answers there, not when it has only told its port."""
    stand_in(monkeypatch, runs)
    with running_lab(tmp_path, "1.ipynb", port=None, browser=False) as lab:
        assert status(lab.port, lab.url.partition("token=")[2]) == 200
        assert lab.process.poll() is None
    assert len(runs.read_text().split()) == 1


def test_port_lost_to_another(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process is quicker at the port, the server is started again, with a token that nobody was told."""
    with another() as taken:
        stand_in(monkeypatch, runs, taken)
        with running_lab(tmp_path, "1.ipynb", port=None, browser=False) as lab:
            assert lab.port != taken
            assert status(lab.port, lab.url.partition("token=")[2]) == 200
    first, second = runs.read_text().split()
    assert first != second


def test_named_port_lost_to_another(tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that a person named is not exchanged for another one."""
    with another() as taken:
        stand_in(monkeypatch, runs, taken)
        with (
            pytest.raises(LabError, match="something else listens at this port"),
            running_lab(tmp_path, "1.ipynb", port=taken, browser=False),
        ):
            pass
    assert len(runs.read_text().split()) == 1
