"""Which files a search looks at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdkit.trail.search import session

if TYPE_CHECKING:
    import pytest


def noted_looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a list that grows by the name of each file that is looked at."""
    names: list[str] = []
    look_at = session.look_at

    def noted(file: Any, *given: Any, **named: Any) -> Any:
        names.append(Path(file.path).name)
        return look_at(file, *given, **named)

    monkeypatch.setattr(session, "look_at", noted)
    return names
