"""The kernel that headless notebooks run in: reached by a socket file, so that no other user of the host can listen."""

from __future__ import annotations

import shutil
import sys
import tempfile
import weakref
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager


class LocalKernelManager(AsyncKernelManager):
    """A kernel manager that talks over Unix sockets where there are any, and over loopback TCP elsewhere.

    The sockets lie in a folder of this kernel alone. By default jupyter_client names them ``kernel-ipc-1`` and on in
    the working directory, where two runs at the same time take each other's sockets.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if sys.platform != "win32":
            self.transport = "ipc"
            sockets = tempfile.mkdtemp(prefix="gdkit-kernel-")
            weakref.finalize(self, shutil.rmtree, sockets, ignore_errors=True)
            self.ip = str(Path(sockets) / "kernel")
