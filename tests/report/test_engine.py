"""How notebooks are run headless: several in one kernel, each from nothing, and written now and then."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import nbformat
import papermill.engines
import pytest
from jupyter_client.kernelspec import NoSuchKernel

from gdkit.report import engine, run
from gdkit.report.kernel import HeadlessKernelManager, kernel_at_work

if TYPE_CHECKING:
    from pathlib import Path

CELLS = ["case: str = ''", "import os\nseen = 'mine' in globals()\nmine = 1", "print(seen, os.getpid())", "1", "2",
         "3"]  # fmt: skip


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a notebook that stands for every one of gdkit's."""
    path = tmp_path / "notebook.ipynb"
    tagged = {"tags": ["parameters"]}
    cells = [nbformat.v4.new_code_cell(source, metadata={} if place else tagged) for place, source in enumerate(CELLS)]
    named = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=named), path)
    monkeypatch.setattr(run, "notebook_path", lambda _name: path)
    return path


def _printed(executed: Path) -> str:
    return "".join(output["text"] for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code"
                   for output in cell.outputs if output["output_type"] == "stream")  # fmt: skip


def test_one_kernel(notebook: Path, tmp_path: Path) -> None:
    """Two notebooks run in one kernel; the second begins without the names of the first, and counts from one."""
    told, speakers = [], []
    with kernel_at_work() as kernel:
        assert kernel is not None
        for n in (1, 2):
            told.append(_printed(run.run_notebook("x", tmp_path / f"{n}.ipynb", {"case": "c"}, kernel=kernel)))
            speakers.append(kernel.speaker)
    assert speakers[0] is speakers[1] is not None
    assert told[0] == told[1]
    assert told[0].startswith("False ")
    cells = nbformat.read(tmp_path / "2.ipynb", as_version=4).cells
    assert [cell.execution_count for cell in cells if cell.cell_type == "code"] == list(range(1, len(CELLS) + 2))


@pytest.mark.parametrize(("every_s", "least", "most"), [(600, 1, 4), (0, 2 * len(CELLS), 100)])
def test_written_now_and_then(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every_s: int, least: int, most: int
) -> None:
    """The notebook is written at its begin and end; between, only when that was some seconds ago."""
    written: list[str] = []
    write = papermill.engines.write_ipynb

    def counted(nb: Any, path: str) -> None:
        written.append(path)
        write(nb, path)

    monkeypatch.setattr(papermill.engines, "write_ipynb", counted)
    monkeypatch.setattr(engine, "SAVED_EVERY_S", every_s)
    executed = run.run_notebook("x", tmp_path / "out.ipynb", {"case": "c"})
    assert least <= len(written) <= most
    assert _printed(executed).startswith("False ")


def test_kernel_ends() -> None:
    """A kernel that nobody spoke to is gone when its time is over."""
    with kernel_at_work() as kernel:
        assert kernel is not None
        process = kernel.provisioner.process
        assert process.poll() is None
    assert process.poll() is not None


def test_stopped_at_work(notebook: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends the cell at work by an interrupt, so that it can tidy up, and nobody writes a trace of it."""
    begun, tidied = tmp_path / "begun", tmp_path / "tidied"
    code = f"import time\nopen({str(begun)!r}, 'w').close()\ntry:\n    time.sleep(600)\n" \
           f"finally:\n    open({str(tidied)!r}, 'w').close()"  # fmt: skip
    held = nbformat.read(notebook, as_version=4)
    held.cells.append(nbformat.v4.new_code_cell(code))
    nbformat.write(held, notebook)

    def press() -> None:
        while not begun.exists():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press, daemon=True)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
    try:
        with kernel_at_work() as kernel:
            presser.start()
            with pytest.raises(KeyboardInterrupt):
                run.run_notebook("x", tmp_path / "out.ipynb", {"case": "c"}, kernel=kernel)
            assert tidied.exists()
    finally:
        signal.signal(signal.SIGINT, before)
    gc.collect()
    assert capfd.readouterr().err == ""


def test_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no kernel can be started there is none, and the first notebook says why."""

    async def fails(self: HeadlessKernelManager, **_: Any) -> None:
        raise NoSuchKernel("python3")

    monkeypatch.setattr(HeadlessKernelManager, "start_kernel", fails)
    with kernel_at_work() as kernel:
        assert kernel is None


def test_without_grammar() -> None:
    """Papermill is loaded without the grammar of IRIs, which can be loaded afterwards all the same."""
    code = ("import sys; from gdkit.report.libraries import without_iri_grammar\n"
            "with without_iri_grammar():\n    import papermill\n"
            "assert 'rfc3987_syntax' not in sys.modules\nimport rfc3987_syntax")  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (ended.returncode, ended.stderr) == (0, "")
