"""A real kernel, spoken to as JupyterLab speaks to it."""

from __future__ import annotations

import queue
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

LONGEST_S = 60.0


class Kernel:
    """A kernel and what it told so far."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client, self._told = client, []  # type: ignore[var-annotated]

    def execute(self, code: str) -> str:
        """Let it run a cell, without waiting; give the message's id."""
        return str(self._client.execute(code))

    def click(self, description: str, *, aside: bool) -> None:
        """Press a button as soon as the kernel has made it.

        Args:
            description: what stands on the button.
            aside: by a subshell, as JupyterLab sends messages of widgets where the kernel knows subshells.

        Source: Jupyter Enhancement Proposal 91, "Kernel subshells".
        """
        opened = self._wait(lambda told: told["msg_type"] == "comm_open"
                            and told["content"]["data"].get("state", {}).get("description") == description)  # fmt: skip
        event = {"method": "custom", "content": {"event": "click"}}
        message = self._client.session.msg("comm_msg", {"comm_id": opened["content"]["comm_id"], "data": event})
        if aside:
            message["header"]["subshell_id"] = self._subshell()
        self._client.shell_channel.send(message)

    def printed(self, message_id: str) -> str:
        """Give what a cell printed, when it is over."""
        self._wait(lambda told: told["msg_type"] == "status" and told["content"]["execution_state"] == "idle"
                   and _answers(told, message_id))  # fmt: skip
        mine = [told for told in self._told if told["msg_type"] == "stream" and _answers(told, message_id)]
        return "".join(told["content"]["text"] for told in mine).strip()

    def _subshell(self) -> str:
        self._client.control_channel.send(self._client.session.msg("create_subshell_request"))
        return str(self._client.get_control_msg(timeout=LONGEST_S)["content"]["subshell_id"])

    def _wait(self, is_it: Any) -> Any:
        """Read on until it is told, and give it; what was told before counts."""
        until = time.monotonic() + LONGEST_S
        for told in self._told:
            if is_it(told):
                return told
        while time.monotonic() < until:
            try:
                told = self._client.get_iopub_msg(timeout=1.0)
            except queue.Empty:
                continue
            self._told.append(told)
            if is_it(told):
                return told
        raise AssertionError(f"the kernel did not tell it in {LONGEST_S:.0f} s")


def _answers(told: Any, message_id: str) -> bool:
    return told["parent_header"].get("msg_id") == message_id  # type: ignore[no-any-return]


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """Run a kernel until the block ends."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LONGEST_S)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
