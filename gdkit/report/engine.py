"""How papermill runs a notebook of gdkit: in a kernel that may be at work already, and written down now and then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.log import logger

from gdkit.report.kernel import ENDS_WITHIN_S, HeadlessKernelManager

if TYPE_CHECKING:
    from nbformat import NotebookNode

NAME = "gdkit"
"""What papermill calls this engine."""

START_TIMEOUT_S = 60
"""How long a kernel may take to start; a busy machine takes some seconds."""

_FORGET = "get_ipython().reset(new_session=True, aggressive=False)"

SAVED_EVERY_S = 10
"""How often the notebook is written while it runs. Papermill writes it before and after every cell, which takes as long
as the cells of a report do: its pictures and tables are megabytes."""


class _Record(NotebookExecutionManager):  # type: ignore[misc] # papermill has no types
    """Papermill's record of a run, which writes the notebook at its begin and end, and now and then between."""

    def save(self, **kwargs: Any) -> None:
        """Write the notebook, unless that was done a moment ago and it still runs."""
        waited_s = (self.now() - self.last_save_time).total_seconds()
        begins = all(cell.metadata.papermill["status"] == self.PENDING for cell in self.nb.cells)
        if begins or self.end_time is not None or waited_s >= SAVED_EVERY_S:
            super().save(**kwargs)


class _Client(PapermillNotebookClient):  # type: ignore[misc] # papermill has no types
    """Papermill's client, which begins in an empty namespace, whatever ran in the kernel before."""

    def papermill_execute_cells(self) -> None:
        """Run the cells, one after another."""
        self.km.is_asked = True
        try:
            self.wait_for_reply(self.kc.execute(_FORGET, silent=True, store_history=False))
            super().papermill_execute_cells()
        except KeyboardInterrupt:
            run_sync(self._leave_off)()
            raise

    async def _leave_off(self) -> None:
        """Let the cell at work end by an interrupt, and wait for no answer any more.

        Else the kernel, told to end, would write a trace over what the user reads, and so would what waits for it.
        """
        if self.km.has_kernel:
            await self.km.interrupt_kernel()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        if waiting:
            await asyncio.wait(waiting, timeout=ENDS_WITHIN_S)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


class _Engine(NBClientEngine):  # type: ignore[misc] # papermill has no types
    """Papermill's own engine but for the record, and for a kernel that is given to it."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, output_path: str | None = None,
                         **kwargs: Any) -> NotebookNode:  # fmt: skip
        """Run a notebook and give it back, as papermill asks an engine to.

        Args:
            nb: the notebook, with its parameters put in.
            kernel_name: of the kernel that is started where none is given.
            output_path: where it is written.
            **kwargs: ``km``, the manager of a kernel that was started already and is not ended, and the rest of what
                papermill gives an engine.
        """
        record = _Record(nb, output_path=output_path, progress_bar=False)
        record.notebook_start()
        try:
            cls._run(record, kernel_name, **kwargs)
        finally:
            record.notebook_complete()
        return record.nb

    @classmethod
    def _run(cls, record: _Record, kernel_name: str, *, stderr_file: Any, execution_timeout: int,
             km: HeadlessKernelManager | None = None, **_: Any) -> None:  # fmt: skip
        client = _Client(record, km=km, kernel_name=kernel_name, timeout=execution_timeout, log=logger,
                         startup_timeout=START_TIMEOUT_S, stderr_file=stderr_file,
                         kernel_manager_class=HeadlessKernelManager)  # fmt: skip
        if km is not None:
            client.kc = km.speaker
        try:
            client.execute()
        finally:
            if km is not None:
                km.speaker = client.kc


papermill_engines.register(NAME, _Engine)
