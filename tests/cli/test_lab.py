"""``gdkit lab`` in a process of its own, as an analyst starts and stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import nbformat
import pytest
from click.testing import CliRunner
from jupyter_client.blocking import BlockingKernelClient

from gdkit.case.folder import case_about, is_simulated, open_case
from gdkit.cli import commands
from gdkit.lab.server import has_display
from gdkit.report.parameters import notebook_parameters
from tests.case.samples import new_case

if TYPE_CHECKING:
    from collections.abc import Iterator

GDKIT = (sys.executable, "-c", "from gdkit.cli import main; main()", "lab")
ADDRESS = re.compile(r"^Address: +(http://127\.0\.0\.1:(\d+))/lab/tree/notebooks/1_triage\.ipynb\?token=(\S+)$", re.M)


class Running(NamedTuple):
    """A ``gdkit lab`` that printed its address."""

    process: subprocess.Popen[str]
    told: str
    base: str
    token: str

    def ask(self, path: str, *, token: str | None = None, method: str = "GET") -> Any:
        """Ask the server; its token goes with the question unless another is given."""
        headers = {"Authorization": f"token {self.token if token is None else token}"}
        request = Request(f"{self.base}{path}", headers=headers, method=method)  # noqa: S310 - loopback
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; give the exit status and what was said on the way out."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


def _variables(folder: Path, **more: str) -> dict[str, str]:
    taken = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    own = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "data"),
           "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}  # fmt: skip
    return {**kept, **own, **more}


@contextmanager
def _running(folder: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    with subprocess.Popen(  # noqa: S603
        [*GDKIT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env=_variables(folder, **variables),
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            told = ""
            while not (found := ADDRESS.search(told)):
                line = process.stdout.readline()
                assert line, told + process.stderr.read()
                told += line
            yield Running(process, told, found[1], found[3])
        finally:
            process.kill()


def _kernel(running: Running, folder: Path) -> dict[str, Any]:
    """Start a kernel as JupyterLab does, and give what stands in its connection file, and where that is."""
    started = running.ask("/api/kernels", method="POST")
    (path,) = folder.glob(f"gdkit-lab-*/runtime/kernel-{started['id']}.json")
    return {**json.loads(path.read_text()), "path": str(path)}


def _say(connection: dict[str, Any], code: str) -> str:
    """Run code in a kernel and give what it prints."""
    client, printed = BlockingKernelClient(connection_file=connection["path"]), []
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive(
            code, timeout=120, output_hook=lambda message: printed.append(message["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
    return "".join(printed)


def _answers(running: Running) -> bool:
    """Tell whether it still answers; another server that took its port does not know its token."""
    try:
        running.ask("/api/status")
    except OSError:
        return False
    return True


def test_sample(tmp_path: Path) -> None:
    """Without a case it opens the sample's, asks for the token, speaks to kernels by files, and ends at Ctrl-C."""
    with _running(tmp_path) as running:
        assert open_case(tmp_path / "lab-sample")
        assert "6 copied to lab-sample/notebooks" in running.told
        with pytest.raises(HTTPError, match="403"):
            running.ask("/api/contents", token="wrong")  # noqa: S106
        names = {each["name"] for each in running.ask("/api/contents")["content"]}
        assert {"notebooks", "case.json"} <= names
        news = running.ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")
        assert news["schema"]["properties"]["fetchNews"]["default"] == "false"
        tracker = running.ask("/lab/api/settings/@jupyterlab/notebook-extension:tracker")
        assert tracker["schema"]["properties"]["windowingMode"]["default"] == "defer"
        connection = _kernel(running, tmp_path)
        assert connection["transport"] == "ipc"
        status, said = running.stop()
    assert (status, "Traceback" in said) == (0, False)
    assert said.splitlines()[-1].startswith("Stopped.")
    assert not _answers(running)
    assert list(tmp_path.glob("gdkit-*")) == [], "sockets, settings and the token's files are gone"


def test_killed(tmp_path: Path) -> None:
    """Where the command is killed JupyterLab ends too: nothing is left that listens."""
    with _running(tmp_path, "--no-browser") as running:
        running.process.kill()
        until = time.monotonic() + 60
        while _answers(running) and time.monotonic() < until:
            pass
        assert not _answers(running)


def test_taken_up_again(tmp_path: Path) -> None:
    """A second run goes on with the same case, leaves an edited copy alone, and says so; beside it nothing is said."""
    with _running(tmp_path, "--no-browser") as running:
        running.stop()
    edited = tmp_path / "lab-sample" / "notebooks" / "3_classify.ipynb"
    notebook = nbformat.read(edited, as_version=4)
    notebook.cells[-1].source += "\n# mine"
    nbformat.write(notebook, edited)
    before, begun = edited.read_bytes(), case_about(open_case(tmp_path / "lab-sample"))
    with _running(tmp_path, "--case", "lab-sample", "--no-browser") as running:
        assert "kept as they are, for they differ from gdkit's own: 3_classify (" in running.told
        running.stop()
    assert edited.read_bytes() == before
    assert case_about(open_case(tmp_path / "lab-sample")) == begun


def test_new_case(tmp_path: Path) -> None:
    """In a folder that is new the notebooks know the case to be, and what its finding is chosen from; nobody else."""
    (tmp_path / "inbox").mkdir()
    given = ("--case", "cases/new", "--findings", "inbox", "--member-role", "reader")
    with _running(tmp_path, *given, "--no-browser") as running:
        assert "Case:      cases/new, not begun yet: choose its finding in 1_triage" in running.told
        folder = tmp_path / "cases" / "new"
        assert (folder.stat().st_mode & 0o777, [one.name for one in folder.iterdir()]) == (0o700, ["notebooks"])
        declared = notebook_parameters(folder / "notebooks" / "1_triage.ipynb")
        told = {name: declared[name].default for name in ("case", "findings", "member_role", "interactive")}
        assert told == {"case": str(folder), "findings": str(tmp_path / "inbox"), "member_role": "reader",
                        "interactive": True}  # fmt: skip
        running.stop()
    with _running(tmp_path, *given, "--no-browser") as running:
        assert "not begun yet" in running.told
        assert "kept" not in running.told
        running.stop()


@pytest.mark.parametrize(("given", "told"), [
    (["--findings", "x"], "for a case that is not begun yet"),
    (["--findings", "x", "--case", "begun"], "for a case that is not begun yet"),
    (["--member-role", "x", "--simulated", "--case", "new"], "for a case that is not begun yet"),
    (["--case", "strange"], "not empty and holds no case"),
])  # fmt: skip
def test_no_new_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], told: str) -> None:
    """What a case begins with is refused where it would mean nothing, and so is a folder of something else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_given: None)  # this process keeps its own
    new_case(tmp_path / "begun")
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "file").touch()
    ran = CliRunner().invoke(commands, ["lab", *given])
    assert told in str(ran.exception)
    assert not (tmp_path / "new").exists()


def test_simulated(tmp_path: Path) -> None:
    """A staged incident gets a case of its own, and the kernels of JupyterLab work on the simulated account."""
    with _running(tmp_path, "--simulated", "--no-browser") as running:
        case = open_case(tmp_path / "lab-theft")
        assert is_simulated(case)
        networks = notebook_parameters(case.notebooks / "3_classify.ipynb")["networks"].default
        assert Path(networks).read_text(encoding="utf-8")
        code = ("from gdkit.aws import AwsAccess, open_read_only\n"
                "print(open_read_only(AwsAccess()).client('sts').get_caller_identity()['Account'])")  # fmt: skip
        account = _say(_kernel(running, tmp_path), code).strip()
        assert f"A simulated account {account} runs at " in running.told
        assert running.stop()[0] == 0


def test_silent_scenario(tmp_path: Path) -> None:
    """Where GuardDuty is silent the case is about the session; opened when the account is gone, a note says so."""
    with _running(tmp_path, "--simulated", "same-account", "--case", "silent", "--no-browser") as running:
        subject = case_about(open_case(tmp_path / "silent"))["subject"]
        assert subject["finding_id"] is None
        assert subject["principal_id"].startswith("AROA")
        assert running.stop()[0] == 0
    with _running(tmp_path, "--case", "silent", "--no-browser") as running:
        status, said = running.stop()
    assert status == 0
    assert "the case is about a simulated account, and this process reaches the real AWS" in said


def test_browser_is_opened(tmp_path: Path) -> None:
    """Where there is a display the browser is opened, by a file that only the owner can read: no token in a command."""
    script, opened = tmp_path / "browser", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {opened}.part && mv {opened}.part {opened}\n')
    script.chmod(0o700)
    with _running(tmp_path, DISPLAY=":99", BROWSER=f"{script} %s") as running:
        assert "Nothing was opened" not in running.told
        told = running.process.stderr.readline() if running.process.stderr else ""
        assert "Ctrl-C" in told
        while not opened.exists():
            assert running.process.poll() is None
        target = opened.read_text()
        assert target.startswith("file://")
        assert running.token not in target
        running.stop()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--case", "full"), 1, "not empty and holds no case"),
        (("--case", "full/notes.txt/case"), 1, "a part of the path is a file, not a folder"),
        (("--simulated", "earthquake"), 2, "choose one of theft, onprem, hub, inside, same-account, quiet"),
        (("--simulated", "--case", "full"), 1, "a simulated incident begins anew each time"),
    ],
)
def test_refused(tmp_path: Path, arguments: tuple[str, ...], status: int, told: str) -> None:
    """What cannot be opened is told in one line, and nothing is begun."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    done = subprocess.run([*GDKIT, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path,  # noqa: S603
                          env=_variables(tmp_path))  # fmt: skip
    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"full"}


def test_shut_down_from_elsewhere(tmp_path: Path) -> None:
    """Where JupyterLab ends by itself, as when it is shut down in the browser, that is said with its last words."""
    with _running(tmp_path) as running:
        address, token = f"{running.base}/api/shutdown", {"Authorization": f"token {running.token}"}
        urlopen(Request(address, headers=token, method="POST"), timeout=60).close()  # noqa: S310 - loopback
        _, said = running.process.communicate(timeout=60)
    assert running.process.returncode == 0
    assert "JupyterLab has ended by itself, with status 0; the last it said: " in said


def test_port_taken(tmp_path: Path) -> None:
    """A port at which something else listens is named, and no other one is taken in its place."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([*GDKIT, "--port", str(port)], capture_output=True, text=True, check=False,  # noqa: S603
                              cwd=tmp_path, env=_variables(tmp_path))  # fmt: skip
    assert done.returncode == 1
    assert f"port {port}: something else listens at this port" in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was begun for it"


def test_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux a browser can be shown where X or Wayland is named, on other desktops always."""
    monkeypatch.setattr("gdkit.lab.server.sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    monkeypatch.setattr("gdkit.lab.server.sys.platform", "darwin")
    assert has_display()
