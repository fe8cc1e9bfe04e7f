"""Processes that do the work of a build: one for each core, or this one alone where there is little to do."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection


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

    They are started afresh: a process that is split off from one with threads, such as a notebook's, can hang. They end
    at once where an error or Ctrl-C ends the block, and where this process is killed.

    Args:
        count: how many; one for each core if None.
    """
    size = count or os.cpu_count() or 1
    if size == 1:
        yield Pool(1, _done_here)
        return
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(size, mp_context=context, initializer=_begin, initargs=(theirs,))

    def submit(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        with _ctrl_c_held_back():
            return executor.submit(call, *arguments)

    with theirs, ours, executor:
        try:
            yield Pool(size, submit)
        except BaseException:
            ours.close()  # lest one waits for what is in hand
            raise


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C wait while processes are started, and never come to those, which inherit that from the first moment.

    Source: POSIX, ``posix_spawn`` and ``exec``: a new process begins with the signal mask of the one that made it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(life: Connection) -> None:
    """Prepare a process for its work.

    Ctrl-C is for the one that began it, which ends after what is in hand. Arrow's own allocator keeps what it had once.

    Args:
        life: end of a pipe; the other is held by the process that began this one, and by no other.

    Source: Arrow, "Environment Variables".
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()


def _end_with(life: Connection) -> None:
    """End this process when the other end of a pipe is closed, by intent or because its process is gone."""
    life.poll(None)
    os._exit(1)


def _done_here(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(call(*arguments))
    except Exception as error:
        future.set_exception(error)
    return future
