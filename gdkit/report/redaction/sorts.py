"""What can be taken out of a report."""

from __future__ import annotations

from gdkit.errors import ParameterError

SORTS = {
    "accounts": "account ids, in ARNs and in whatever else holds one, such as the keys of today",
    "keys": "access key ids",
    "names": "roles, instances, buckets, users and everything else that has a name, addresses of one's own, people",
    "addresses": "every other address, the thief's too",
}
"""The sorts, with what each takes out."""

ALL = frozenset({"accounts", "keys", "names"})
"""What ``all`` means: the thief's addresses are evidence and stay, unless they are named too."""


def parse_sorts(text: str | None) -> frozenset[str]:
    """Read which sorts are to be taken out.

    >>> sorted(parse_sorts("all, addresses"))
    ['accounts', 'addresses', 'keys', 'names']

    Args:
        text: names with commas between them, or ``all``; None where nothing was asked for.

    Raises:
        ParameterError: a name is no sort, or there is none.
    """
    if text is None:
        return frozenset()
    named = {part.strip().lower() for part in text.split(",")} - {""}
    wrong = sorted(named - {*SORTS, "all"})
    if wrong or not named:
        raise ParameterError(f"{wrong[0][:40]!r} is nothing that can be taken out" if wrong else "nothing is named",
                             where="--redact", action=f"choose among {', '.join(SORTS)}, or all")  # fmt: skip
    return frozenset(named - {"all"}) | (ALL if "all" in named else frozenset())


def redaction_note(sorts: frozenset[str]) -> str:
    """Say to every reader what was taken out, and how the stand-ins look."""
    taken = ", ".join(name for name in SORTS if name in sorts)
    left = "" if "addresses" in sorts else " Addresses of others stand as they are."
    return (
        f"REDACTED: {taken}. The same value has the same stand-in in every form of this report. Accounts count from "
        "000000000001; keys end in REDACTEDKEY and a number, ids of things in zeros and a number; names are words such "
        f"as ROLE-1; own addresses begin with 0.0.{left} Of what people wrote as their reasons, names that the case "
        "knows were taken out and nothing else."
    )
