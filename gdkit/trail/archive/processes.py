"""Processes that do the work of a build: one for each core, or this one alone where there is little to do."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Pool(NamedTuple):
    """Who does the work.

    Attributes:
        size: how many pieces of work are done at once.
        submit: begins one, as ``concurrent.futures.Executor.submit`` does.
    """

    size: int
    submit: Callable[..., Future[Any]]


@contextmanager
def processes(count: int | None) -> Iterator[Pool]:
    """Have work done by other processes; by this one if it is one alone.

    They are started afresh: a process that is split off from one with threads, such as a notebook's, can hang.

    Args:
        count: how many; one for each core if None.
    """
    size = count or os.cpu_count() or 1
    if size == 1:
        yield Pool(1, _done_here)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(size, mp_context=context, initializer=_begin) as executor:
        yield Pool(size, executor.submit)


def _begin() -> None:
    """Prepare a process for its work.

    Ctrl-C is for the one that began it, which ends after what is in hand. Arrow's own allocator keeps what it had once.

    Source: Arrow, "Environment Variables".
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"


def _done_here(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(call(*arguments))
    except Exception as error:
        future.set_exception(error)
    return future
