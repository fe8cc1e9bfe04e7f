"""What several tests of the command line use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from gdkit import cli
from tests.cli.ended import Ended

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def gdkit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Give the command line as a function."""

    def end(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gdkit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return end
