"""What can be taken out, as an option says it."""

from __future__ import annotations

import pytest

from gdkit.errors import ParameterError
from gdkit.report.redaction.sorts import parse_sorts, redaction_note


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        (None, set()),
        ("accounts", {"accounts"}),
        ("accounts,keys,names", {"accounts", "keys", "names"}),
        (" Keys , ACCOUNTS ,", {"keys", "accounts"}),
        ("all", {"accounts", "keys", "names"}),
        ("all,addresses", {"accounts", "keys", "names", "addresses"}),
        ("addresses", {"addresses"}),
    ],
)
def test_read(text: str | None, sorts: set[str]) -> None:
    """Sorts are read in any case and order; all leaves the thief's addresses, which are evidence."""
    assert parse_sorts(text) == sorts


@pytest.mark.parametrize(
    "text", ["", ",", " , ", "acounts", "accounts,roles", "all,everything", "x" * 10_000, "\x1b[31m"]
)
def test_refused(text: str) -> None:
    """A sort that there is not, or none at all, is refused, and the error names those that there are."""
    with pytest.raises(ParameterError, match="choose among accounts, keys, names, addresses, or all") as caught:
        parse_sorts(text)
    assert caught.value.exit_status == 2
    assert len(str(caught.value)) < 300
    assert "\x1b" not in str(caught.value)


def test_note() -> None:
    """The note names what was taken out, and whether the others' addresses were."""
    assert "REDACTED: accounts, keys." in redaction_note(frozenset({"keys", "accounts"}))
    assert "Addresses of others stand" in redaction_note(parse_sorts("all"))
    assert "Addresses of others stand" not in redaction_note(parse_sorts("all,addresses"))
