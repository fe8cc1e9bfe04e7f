"""The kernels of headless runs: two at the same time in one folder, each with its own sockets."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from gdkit.report.kernel import LocalKernelManager


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
