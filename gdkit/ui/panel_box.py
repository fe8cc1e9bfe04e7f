"""What every panel stands in: a box that hears in order, a line that says what came of it, and its form elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.ui import text

if TYPE_CHECKING:
    from collections.abc import Iterable


def panel_box(controls: Iterable[Any]) -> Any:
    """Put controls below one another into the box of a panel, in which no click overtakes what was typed before it.

    While the kernel is at a control's last value, the page holds the next one back, but never a click: on a busy
    machine a click would be heard before the last letters. So the page's script first presses a button that nobody
    sees, and lets the click go when the kernel has answered by another number on it: by then it has heard all before.

    Source: @jupyter-widgets/base 6, ``WidgetModel.sync`` and ``WidgetModel.send``.
    """
    import ipywidgets as widgets  # noqa: PLC0415 - loaded on first use; headless runs never need it

    order = widgets.Button(description="0", layout={"display": "none"})
    order.add_class("gd-order")
    order.on_click(lambda button: setattr(button, "description", str(int(button.description) + 1)))
    box = widgets.VBox([*controls, order])
    box.add_class("gd-panel")
    _hear_in_order(box)
    return box


def _hear_in_order(control: Any) -> None:
    """Let a control and those in it be heard one after another, on the kernel's main channel.

    ipykernel hears each control on the channel on which it spoke last. That is the main one for a button, and a side
    channel, at the same time, for a field once its first letter was heard.

    Source: ipykernel 7.4, ``ipykernel.comm.comm.BaseComm._reply_subshell_for``; Jupyter Enhancement Proposal 91.
    """
    if hasattr(control.comm, "_reply_subshell_for"):
        control.comm._reply_subshell_for = lambda _data, _default: None
    for inner in getattr(control, "children", ()):
        _hear_in_order(inner)


def status_line(words: str = "") -> Any:
    """Give the line of a panel that says what came of a click, and is heard by screen readers.

    It is no label: JupyterLab would set what stands between two dollar signs of a label as a formula, links and all.
    """
    import ipywidgets as widgets  # noqa: PLC0415 - as above

    line = widgets.HTML()
    line.add_class("gd-status")
    say(line, words)
    return line


def say(line: Any, words: str) -> None:
    """Let a status line say something; it may hold text from outside."""
    line.value = text.escape(words) if words else ""


def panel_bundle(box: Any, plain: str, html: str) -> dict[str, Any]:
    """Give the forms of a panel: its controls in a live notebook, text and markup everywhere else."""
    widget = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"text/plain": plain, "text/html": html, "application/vnd.jupyter.widget-view+json": widget}
