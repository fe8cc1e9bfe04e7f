"""An executed notebook without what differs from run to run, so that the same case gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdkit.case.files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

_OF_A_RUN = ("papermill", "execution", "widgets")
"""What runners write down of a run: instants, durations, paths, versions, the state of widgets that no page shows."""


def settle(executed: Path) -> None:
    """Take out of an executed notebook what its runner noted of the run, and name its injected cell as ever.

    Source: papermill writes ``metadata.papermill``, nbclient ``metadata.execution`` and ``metadata.widgets``; the cell
    that papermill injects gets a random id.

    Raises:
        CaseError: it is no notebook.
        CaseWriteError: it cannot be written.
    """
    notebook: dict[str, Any] = read_json(executed)
    for held in (notebook, *notebook["cells"]):
        for name in _OF_A_RUN:
            held["metadata"].pop(name, None)
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = "injected-parameters"
    write_json(executed, notebook)
