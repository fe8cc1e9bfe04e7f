"""JupyterLab as a process of its own: on loopback, behind a token, with its pop-ups and look-ups off."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gdkit.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8888
"""Where no port is named, this one or the next that is free."""

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}
"""No news and no look for updates; a cell that is scrolled away keeps its panel and its picture.

What a user has set in JupyterLab comes before these.
"""

_START_S, _STOP_S, _ANSWER_S, _LOOK_S = 120, 15, 10, 0.05
_TRIES = 3
_OTHER_PORT = "name another one, or leave --port out"
_NO_PORT = "no available port could be found"
"""What Jupyter Server says when another process took the port that it had found free."""

_TOLD_LINES = 8


@dataclass(frozen=True, slots=True)
class Lab:
    """A running JupyterLab: its process, the port that it listens at, and the address that opens it, with its token."""

    process: subprocess.Popen[bytes]
    port: int
    url: str
    log: Path

    @property
    def said(self) -> str:
        """The last that it said."""
        return _last_words(self.log)


@contextmanager
def running_lab(root: Path, start: str, *, port: int | None, browser: bool) -> Iterator[Lab]:
    """Run JupyterLab as long as the block lasts; its kernels end with it.

    Args:
        root: the folder that it shows.
        start: path in that folder of the notebook that it opens.
        port: to listen at; None for the first that is free.
        browser: whether to open the user's browser.

    Raises:
        LabError: it does not start; the message holds the last that it said.
    """
    with TemporaryDirectory(prefix="gdkit-lab-") as name:
        folder = Path(name)
        (folder / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        command = _command(root, folder, start, port=port, browser=browser)
        for tries_left in reversed(range(_TRIES)):
            token = secrets.token_urlsafe(32)
            with _server(command, folder, token) as process:
                listening = _listening(process, folder, token)
                if listening is not None:
                    base = f"http://{LOOPBACK}:{listening}"
                    yield Lab(process, listening, f"{base}/lab/tree/{quote(start)}?token={token}", folder / "log")
                    return
            said = _last_words(folder / "log")
            if not (tries_left and port is None and _NO_PORT in said):
                raise _not_started(said, port)


def refuse_taken(port: int | None) -> None:
    """Refuse a port at which something listens already, before any work is done for it.

    Args:
        port: None for any that is free.

    Raises:
        LabError: something else listens there, or this user may not.
    """
    if port is None:
        return
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Jupyter Server does
        try:
            tried.bind((LOOPBACK, port))
        except OSError as error:
            raise (
                _taken(port)
                if error.errno == errno.EADDRINUSE
                else LabError(
                    f"nothing can listen at this port ({error.strerror})", where=f"port {port}", action=_OTHER_PORT
                )
            ) from error


def has_display() -> bool:
    """Tell whether this machine can show a browser's window: on Linux and its kin, where a display is named."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _command(root: Path, folder: Path, start: str, *, port: int | None, browser: bool) -> list[str]:
    options: dict[str, Any] = {
        "ServerApp.ip": LOOPBACK,
        "ServerApp.port": FIRST_PORT if port is None else port,
        "ServerApp.port_retries": 50 if port is None else 0,
        "ServerApp.root_dir": root.resolve(),
        "ServerApp.open_browser": browser,
        "ServerApp.answer_yes": True,  # Ctrl-C asks nothing
        "ServerApp.allow_root": True,
        "ServerApp.allow_remote_access": False,
        "ServerApp.kernel_manager_class": "jupyter_server.services.kernels.kernelmanager.AsyncMappingKernelManager",
        "AsyncMappingKernelManager.kernel_manager_class": "gdkit.lab.kernel.LabKernelManager",
        "LabApp.default_url": f"/lab/tree/{quote(start)}",
        "LabApp.app_settings_dir": folder,
        "LabApp.workspaces_dir": folder / "workspaces",  # no tabs of other work
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    return [sys.executable, "-m", "gdkit.lab.process", *(f"--{name}={value}" for name, value in options.items())]


def _environment(folder: Path, token: str) -> dict[str, str]:
    """Give the server's environment: the token stands there, for arguments can be read by everybody on the host."""
    own = {"JUPYTER_TOKEN": token, "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_PREFER_ENV_PATH": "1"}
    return {**os.environ, **own}


@contextmanager
def _server(command: list[str], folder: Path, token: str) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("wb") as log, subprocess.Popen(  # noqa: S603 - this Python, with our own arguments
        command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=_environment(folder, token),
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            _stop(process)


def _listening(process: subprocess.Popen[bytes], folder: Path, token: str) -> int | None:
    """Wait until the server answers, and give its port; None where it ends, or does not answer in time.

    Jupyter Server tells its port before it listens there, and another process may be quicker.

    Source: jupyter_server 2, ``ServerApp.init_httpserver`` and ``start_app``.
    """
    told, until = folder / "runtime" / f"jpserver-{process.pid}.json", time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        if told.exists() and (text := told.read_text(encoding="utf-8")):
            port = int(json.loads(text)["port"])
            if _answers(port, token):
                return port
        time.sleep(_LOOK_S)
    return None


def _answers(port: int, token: str) -> bool:
    """Tell whether the server that knows this token listens at a port."""
    connection = HTTPConnection(LOOPBACK, port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _last_words(log: Path) -> str:
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return " | ".join(said[-_TOLD_LINES:]) or "nothing"


def _not_started(said: str, port: int | None) -> LabError:
    if port is not None and "already in use" in said:
        return _taken(port)
    return LabError(f"JupyterLab did not start; the last it said: {said}",
                    action="try 'jupyter lab' by itself in the same environment")  # fmt: skip


def _taken(port: int) -> LabError:
    return LabError("something else listens at this port", where=f"port {port}", action=_OTHER_PORT)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
