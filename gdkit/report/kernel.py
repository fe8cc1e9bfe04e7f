"""The kernel that headless notebooks run in: reached by a socket file, so that no other user of the host can listen."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.client import KernelClient

ENDS_WITHIN_S = 5.0
"""How long a kernel that is told to end, or a cell that is interrupted, may go on before more is done about it.

One that is interrupted while it ends, or told to end while it answers, writes a trace; on a busy machine either takes
seconds.
"""

_LOOK_S = 0.02

_LOADED = "; ".join(
    (
        "import gc, gdkit.stages, pyarrow.parquet",
        "from gdkit.ui.vega import start_drawing",
        "start_drawing()",
        "gc.freeze()",  # what was loaded stays, so no later collection needs to look at it
    )
)
"""What notebooks of gdkit need and takes a second to load, done while its starter goes on."""


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


class HeadlessKernelManager(LocalKernelManager):
    """A kernel manager for runs that nobody watches: what its kernel says of its own end does not reach the screen.

    Attributes:
        is_asked: whether the kernel was told to run anything; one that was not has nothing to finish.
        speaker: what spoke to the kernel last, and can go on; a new one would wait a fifth of a second for what earlier
            ones left over.
    """

    is_asked = False
    speaker: KernelClient | None = None

    async def shutdown_kernel(  # type: ignore[override] # the class above is asynchronous too
        self, now: bool = False, restart: bool = False
    ) -> None:
        """End the kernel: it is told to, and interrupted only where it does not end by itself.

        jupyter_client interrupts every kernel before it tells it to end. One that has sent its last answer, but is not
        done with the request, then writes "KeyboardInterrupt caught in kernel" over what the user reads.

        Source: jupyter_client 8.10, ``KernelManager._async_shutdown_kernel``; ipykernel 7.4, ``Kernel.dispatch_shell``.
        """
        if now or not self.has_kernel:
            await super().shutdown_kernel(now=now, restart=restart)
            return
        await self.request_shutdown(restart=restart)
        try:
            await asyncio.wait_for(self._ended(), ENDS_WITHIN_S)
        except TimeoutError:  # a cell is at work, which the interrupt ends
            await super().shutdown_kernel(restart=restart)
        else:
            await self.finish_shutdown()
            await self.cleanup_resources(restart=restart)

    async def _ended(self) -> None:
        while await self.is_alive():
            await asyncio.sleep(_LOOK_S)


@contextmanager
def kernel_at_work() -> Iterator[HeadlessKernelManager | None]:
    """Start one kernel for several notebooks, without waiting for it, and end it in the end.

    Gives None where no kernel can be started: the first notebook's own start will say why.
    """
    manager = HeadlessKernelManager(kernel_name="python3")
    try:
        run_sync(manager.start_kernel)(extra_arguments=[f"--IPKernelApp.exec_lines={_LOADED}"])
    except (NoSuchKernel, OSError):
        yield None
        return
    except KeyboardInterrupt:  # it may be under way already
        run_sync(manager.shutdown_kernel)(now=True)
        raise
    try:
        yield manager
    finally:
        if manager.speaker is not None:
            manager.speaker.stop_channels()
        run_sync(manager.shutdown_kernel)(now=not manager.is_asked)
