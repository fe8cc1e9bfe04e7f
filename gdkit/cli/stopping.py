"""Ctrl-C as a wish to stop: what is at hand is ended, and what was found is kept."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stopped_by_ctrl_c(kept: str = "") -> Iterator[threading.Event]:
    """Let Ctrl-C end the search after the files at hand, rather than the command; a second one ends the command.

    Args:
        kept: what is said then, where it is not what any command says.

    Raises:
        Abort: it is ended.
    """
    stop = threading.Event()

    def ask(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("stopping after the files at hand …", err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    except KeyboardInterrupt:
        raise click.exceptions.Abort(kept) from None
    finally:
        signal.signal(signal.SIGINT, before)
