"""The table of the weighing as a page of the documentation: ``docs/weighing.md``."""

from __future__ import annotations

from gdkit.origin.rules import (
    AGAINST_BENIGN,
    AHEAD,
    BENIGN_AT,
    BEYOND_LEAVE,
    BROUGHT_ALONG,
    ENOUGH_ALONE,
    FITS,
    MALICIOUS_AT,
    ORIGIN_RULES,
    OWNERS,
)

_HEAD = f"""\
# How an address is weighed

Made by `make docs` from `gdkit/origin/rules.py`. Weights say which evidence outweighs which; they are no
probabilities. A team sets its own in the section `weights` of its [networks.yaml](networks.md).

*Benign* is proposed with a weight of {BENIGN_AT} for it, an owner who can be asked, a sign that the address fits the
instance, and at most {AGAINST_BENIGN} against it. *Malicious* is proposed with a weight of {MALICIOUS_AT}, or with one
row of {ENOUGH_ALONE} or more, where nothing speaks for benign; where something does, it must be ahead by {AHEAD}. All
else is *undetermined*. What a thief can bring along himself (b) need
only be outweighed. Several rows of one rule count once.
"""
_FOOT = (
    "(o) an owner who can be asked; (f) a sign that the address fits; (b) what a thief can bring along; "
    "(l) not explained by a leave to test."
)
_TITLES = (("benign", "For benign"), ("malicious", "For malicious"), ("neither", "Facts"))
_MARKS = (("o", OWNERS), ("f", FITS), ("b", BROUGHT_ALONG), ("l", BEYOND_LEAVE))


def as_markdown() -> str:
    """Write the table as Markdown."""
    lines = [_HEAD]
    for toward, title in _TITLES:
        lines += [f"## {title}", "", "| rule | weight | what it is | source |", "| --- | --- | --- | --- |"]
        lines += [f"| `{rule.name}`{_mark(rule.name)} | {rule.weight} | {rule.meaning} | {rule.source} |"
                  for rule in ORIGIN_RULES if rule.toward == toward]  # fmt: skip
        lines.append("")
    return "\n".join([*lines, _FOOT]) + "\n"


def _mark(name: str) -> str:
    marks = [mark for mark, names in _MARKS if name in names]
    return f" ({', '.join(marks)})" if marks else ""


if __name__ == "__main__":
    print(as_markdown(), end="")
