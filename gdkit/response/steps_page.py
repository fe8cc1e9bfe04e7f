"""The page of the documentation about the steps, and the two policies beside it; all made from the steps themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gdkit.response.catalogue import STEPS
from gdkit.response.permissions import analyst_policy, responder_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.response.step import Step

_INTRODUCTION = """\
# The steps of a response

This page is generated from the steps in `gdkit/response/` (`make docs`). Each is previewed with
`gdkit respond --case DIR STEP`, which changes nothing, and applied by the hash of the plan that was read.

The reader previews and verifies; the responder applies and undoes. Their policies are
[analyst.json](policies/analyst.json), all of it reading, and [responder.json](policies/responder.json), in which names
in capital letters are to be filled in. `gdkit permissions responder --case DIR STEP …` prints the policy for one case:
its role, its instance, the steps that you name.
"""


def steps_page() -> str:
    """Write the page."""
    return "\n".join([_INTRODUCTION, *(line for step in STEPS.values() for line in _section(step)), ""]).rstrip() + "\n"


def policies() -> dict[str, str]:
    """Give the two policies as texts, by the name of their file."""
    documents = {"analyst.json": analyst_policy(STEPS.values()), "responder.json": responder_policy(STEPS.values())}
    return {name: json.dumps(document, indent=2) + "\n" for name, document in documents.items()}


def _section(step: Step) -> Iterator[str]:
    said = step.explanation
    yield from (f"## {step.name}", "", f"{step.title}. Part of: {step.phase}.", "")
    for name, words in (("What", said.what), ("Why", said.why), ("Breaks", said.breaks),
                        ("Leaves open", said.leaves_open), ("Undo", said.undo), ("Source", said.source)):  # fmt: skip
        yield f"- **{name}**: {words}"
    if step.options:
        yield from ("", "| option | meaning | default |", "| --- | --- | --- |")
        for option in step.options:
            default = f"`{option.default}`" if option.default else "must be given" if option.required else ""
            choices = (
                f" One of {', '.join(f'`{one}`' for one in option.choices if one)}." if _few(option.choices) else ""
            )
            yield f"| `{option.name}` | {option.meaning}{choices} | {default} |"
    reads = ", ".join(f"`{need.action}`" for need in step.needs if not need.writes)
    writes = ", ".join(f"`{need.action}` on `{need.resource}`" for need in step.needs if need.writes)
    yield from ("", f"Reads by {reads or 'nothing'}. Changes by {writes or 'nothing'}.", "")


def _few(choices: tuple[str, ...]) -> bool:
    return 0 < len(choices) <= 8


def write(docs: Path) -> None:
    """Write the page and the policies into the documentation's folder."""
    (docs / "steps.md").write_text(steps_page(), encoding="utf-8")
    (docs / "policies").mkdir(exist_ok=True)
    for name, text in policies().items():
        (docs / "policies" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
