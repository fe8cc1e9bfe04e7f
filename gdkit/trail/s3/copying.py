"""Objects copied as they are, where everything of a span is asked for."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gdkit.trail.fetched.names import path_of
from gdkit.trail.fetched.store import write_records
from gdkit.trail.load import Progress
from gdkit.trail.s3.kept import NOTHING, write_saved
from gdkit.trail.s3.searching import Answer
from gdkit.trail.saving import now_and_then
from gdkit.trail.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gdkit.trail.fetched import Question, Watch
    from gdkit.trail.s3.contents import Contents
    from gdkit.trail.s3.kept import Saved
    from gdkit.trail.s3.listing import LogObject


def copy_objects(
    question: Question, objects: Sequence[LogObject], folder: Path, saved: Saved, contents: Contents, watch: Watch
) -> Answer:
    """Copy objects; those that are there already, as they are in the bucket, are not read again.

    Args:
        question: it names nobody.
        objects: what is copied.
        folder: the fetch's own.
        saved: which objects an earlier run copied; it grows.
        contents: reads objects.
        watch: progress, and stopping.

    Raises:
        CaseWriteError: the folder, or the cache, cannot be written.
    """
    stopped = contents.is_stopped(watch.is_stopped)

    def copy(one: LogObject) -> bool:
        path = path_of(folder, one.stored.key)
        if stopped():
            return False
        if saved.has(one.stored) and path.is_file() and path.stat().st_size == one.size_bytes:
            return True
        content = contents.read(one)
        if content is not None:
            write_whole(path, content, durable=False)
        return content is not None

    begun_s, maybe_save = time.monotonic(), now_and_then(lambda: write_saved(folder, saved))
    size, done, size_done = sum(one.size_bytes for one in objects), 0, 0
    with ThreadPoolExecutor(contents.at_once, "gdkit-copy") as pool:
        try:
            for one, copied in zip(objects, pool.map(copy, objects), strict=True):
                done, size_done = done + copied, size_done + one.size_bytes
                if copied:
                    saved.done[one.stored.key] = one.stored.etag
                maybe_save()
                if watch.on_progress:
                    spent_s = time.monotonic() - begun_s
                    left_s = spent_s * (size - size_done) / size_done if size_done else None
                    watch.on_progress(Progress(done, len(objects), size_done, size, 0, left_s, "objects"))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            write_saved(folder, saved)
    if not done and not (objects and stopped()) and (saved.done or not contents.failed):
        write_records(folder / NOTHING, ())
    return Answer(question, done, len(objects) - done - len(contents.failed))
