"""The kernel that headless notebooks run in: reached by a socket file, so that no other user of the host can listen."""

from __future__ import annotations

import sys

from jupyter_client.manager import AsyncKernelManager


class LocalKernelManager(AsyncKernelManager):
    """A kernel manager that talks over Unix sockets where there are any, and over loopback TCP elsewhere."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if sys.platform != "win32":
            self.transport = "ipc"
