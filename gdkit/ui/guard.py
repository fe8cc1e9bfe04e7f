"""What went wrong in a panel: told in the panel and kept in the journal, for a notebook shows no error of a button."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from gdkit.case.journal import append_entry
from gdkit.errors import GdkitError
from gdkit.ui import text

if TYPE_CHECKING:
    from gdkit.case.folder import CaseFolder


def told_error(error: Exception, case: CaseFolder | None, *, actor: str, **detail: object) -> str:
    """Write an error in the journal, and give the words that the panel shows.

    Args:
        error: what happened; an error that is not gdkit's own is named by its kind.
        case: whose journal it goes to; None where there is no case yet.
        actor: who pressed the button, or the panel.
        detail: what it was about.
    """
    words = str(error) if isinstance(error, GdkitError) else f"gdkit failed: {type(error).__name__}: {error}"
    if case is not None:
        with suppress(GdkitError):  # the journal may be what cannot be written; the panel says so all the same
            append_entry(case.journal, actor=actor, act="error", detail={**detail, "error": words})
    return text.visible(words)
