"""The kernels of headless runs: two at the same time in one folder, each with its own sockets; they end quietly."""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from gdkit.report.kernel import HeadlessKernelManager, LocalKernelManager

LINGERS = """
import time
kernel = get_ipython().kernel
answer = kernel.shell_handlers["kernel_info_request"]
async def answer_and_linger(*request):
    await answer(*request)
    time.sleep(0.3)
kernel.shell_handlers["kernel_info_request"] = answer_and_linger
"""
"""Lets a kernel be at a request for a while after it has answered; the last thing that papermill asks is this."""


@pytest.mark.skipif(sys.platform == "win32", reason="kernels talk over loopback TCP on Windows")
def test_own_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kernels that start in the same folder get sockets of their own, outside of it, for their owner alone."""
    monkeypatch.chdir(tmp_path)
    one, two = LocalKernelManager(), LocalKernelManager()
    folders = [Path(kernel.ip).parent for kernel in (one, two)]
    assert folders[0] != folders[1]
    assert tmp_path not in (folder.parent for folder in folders)
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]
    del one, two
    gc.collect()
    assert not any(folder.exists() for folder in folders)


def test_ends_quietly(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A kernel that has answered, and is not done with the request, is not interrupted: nothing reaches the screen."""
    source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LINGERS)]), source)
    papermill.execute_notebook(source, target, kernel_name="python3", progress_bar=False,
                               kernel_manager_class="gdkit.report.kernel.HeadlessKernelManager")  # fmt: skip
    assert [cell.execution_count for cell in nbformat.read(target, as_version=4).cells] == [1]
    assert capfd.readouterr().err == ""


def test_at_work(tmp_path: Path) -> None:
    """A kernel that is at work when the run is stopped ends all the same, by an interrupt: its cell could tidy up."""
    tidied, code = tmp_path / "tidied", "import time\ntry:\n    time.sleep(600)\nfinally:\n    open({!r}, 'w').close()"
    asyncio.run(_stopped_at_work(code.format(str(tidied))))
    assert tidied.exists()


async def _stopped_at_work(code: str) -> None:
    manager = HeadlessKernelManager(kernel_name="python3")
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    client.execute(code)
    while (await client.get_iopub_msg(timeout=60))["msg_type"] != "execute_input":
        pass
    client.stop_channels()
    await manager.shutdown_kernel()
    assert not await manager.is_alive()
