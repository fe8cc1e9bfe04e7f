"""The exercise as a page of the documentation: ``docs/tabletop.md``, made of the tables it is played by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdkit.training.catalogue import SITUATIONS, awards, costs, parts
from gdkit.training.model import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# The tabletop: an exercise with a score

Made by `make docs` from `gdkit/training/questions.yaml` and `points.yaml`.

A simulated AWS account is begun on your machine, and an incident is played in it by real API calls. You answer the
phone, find out what happened with the same notebooks and commands as in a real case, and act. At the end every
credential is tried again: is the thief refused now, and does everybody else go on?

```
gdkit tabletop --case exercises/one                 # begins it, or takes it up again; the seed draws the incident
gdkit tabletop --case exercises/one --hint where    # opens a hint, which costs points
gdkit tabletop --case exercises/one --answer role=shop-web --answer users=none
gdkit tabletop --case exercises/one --score         # ends it
```

Or open the notebook `tabletop`, set `case` to a folder and `interactive` to `True`, and run it. A class gets the same
incident by the same `--scenario` and `--seed`. Who plays headless gives the answers, and the names of the steps, as
parameters of the notebook.

## What is asked

Every question also takes `none`: there is nothing. A question that is left open earns nothing.

| part | question | by name | answer |
| --- | --- | --- | --- |
"""

_POINTS = """
## What earns points, and why

| | malicious | benign | quiet | why |
| --- | --- | --- | --- | --- |
"""

_COSTS = """
*Malicious*: somebody stole the credentials. *Benign*: there is a finding, and nobody stole anything. *Quiet*: no
finding, and nothing is wrong. What is named right counts by its share, and a wrong name takes back a right one. What
has ended by the clock is contained by nobody.

## What costs points

| | each | at most | why |
| --- | --- | --- | --- |
"""

_FOOT = """
The sum never falls below zero.

## How it is tried at the end

Each holder of a credential makes the reading calls again that were answered before, over HTTP, from the same place:
with the credential that is in use, and for an instance with the next one that its metadata service gives. The leaked
instance's own software is cut by every way that stops the thief, and does not count as cut off. Instances are looked
at too: whether they run, and in which security groups. A new or changed suppression rule is tried on the finding, on
the same finding from a stranger's address, and on the same of another role. The times come from the journal.

## Where everything is

The folder is an ordinary case folder, with `exercise/` in it: `exercise.json` (which incident it is), `changes.jsonl`
(what was changed in the account), `world.json` (where the account answers, while it runs), `account.log`, and after
the end `score.json`. Answers, hints, verdicts and steps stand in the journal.

**What really happened** is in the memory of the account's process alone, until the end. `exercise.json` holds the
name of the scenario and the seed in an envelope, compressed and in base64, so that nobody reads it by accident. It is
closed, not locked: who opens it cheats himself.

**The account is a process beside the notebook.** After a restart of the kernel, in another notebook, or for a command
in another terminal the same account is there; each finds it by the case folder. It ends with the exercise, by `gdkit
tabletop --case DIR --stop`, or after three hours without a call. Where it was lost, as after the machine was switched
off, taking the exercise up again makes it anew: the same incident from the same seed, and every change that was made
in it, call by call. What could not be made again is named. The calls that only read are not in the event history
again, and what is made again has other ids of events and requests. An exercise without a folder of its own is
temporary: its account and its folder end with the notebook's kernel.

**It is no real account.** The simulated one checks policies and session tokens, but no signatures, and its services
know less than AWS's.
"""


def as_markdown() -> str:
    """Write the page."""
    return "".join([_HEAD, *_question_rows(), _POINTS, *_award_rows(), _COSTS, *_cost_rows(), _FOOT])


def _question_rows() -> Iterator[str]:
    for part in parts().values():
        for question in part.questions:
            kinds = {"text": "one name", "list": "names", "choice": ", ".join((*question.choices, NONE))}
            yield f"| {part.title} | {question.asks} | `{question.name}` | {kinds[question.kind]} |\n"


def _award_rows() -> Iterator[str]:
    for award in awards():
        points = " | ".join(str(award.points.get(situation, "")) for situation in SITUATIONS)
        within = "" if award.within_min is None else f" ({award.within_min} min)"
        yield f"| {award.what}{within} | {points} | {award.why} |\n"


def _cost_rows() -> Iterator[str]:
    for cost in costs().values():
        yield f"| {cost.what} | {cost.points} | {cost.most} | {cost.why} |\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
