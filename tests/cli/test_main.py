"""How the command line ends where it is ended from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

WAITS = """
    import sys, time
    from gdkit.cli import commands, main
    from gdkit.cli.fetching import _kept_in

    @commands.command()
    def wait():
        with _kept_in(None) as folder:
            (folder / "evidence").write_text("x")
            print("waiting", flush=True)
            time.sleep(60)

    sys.argv = ["gdkit", "wait"]
    main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_sigterm_leaves_no_copy_of_evidence(tmp_path: Path) -> None:
    """Ended by SIGTERM, as by a job's time limit, a command removes its temporary folder and says so by its status."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", textwrap.dedent(WAITS)],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        assert list(tmp_path.rglob("evidence"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
