"""JupyterLab's own process: it ends with the process that started it, in whatever way that one ended."""

from __future__ import annotations

import os
import signal
import sys
import threading

from jupyterlab.labapp import main


def _end_with_parent() -> None:
    """Wait until the pipe from the parent is closed, and stop as if told to: nobody else is left who would do it.

    The pipe is read past Python's buffer, whose lock an ending interpreter would wait for in vain.
    """
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
