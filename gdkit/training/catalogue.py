"""What is asked and what it earns, as data: ``questions.yaml`` and ``points.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

from gdkit.errors import ParameterError
from gdkit.training.model import NONE, Situation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SITUATIONS: tuple[Situation, ...] = get_args(Situation)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "instance": ("instance",),
    "role": ("role",),
    "addresses": ("addresses",),
    "grown": ("users", "keys", "roles", "instances"),
    "metadata_version": ("metadata_version",),
    "opened_by": ("opened_by",),
    "contain": ("contain",),
}
"""Which questions each award for naming things takes together."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        kind: one name, several, or one of the choices; ``none`` is an answer to each.
        asks: the question in words.
    """

    name: str
    kind: Literal["text", "list", "choice"]
    asks: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the exercise: its questions, and the hint that can be opened once for all of them."""

    name: str
    title: str
    hint: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What can be earned.

    Attributes:
        points: by situation; a situation that is not there does not have the award.
        within_min: minutes from the beginning; None where time does not matter.
    """

    name: str
    what: str
    why: str
    points: Mapping[Situation, int]
    within_min: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What costs points: so many each time, and at most so many in all."""

    name: str
    what: str
    why: str
    points: int
    most: int


@cache
def parts() -> Mapping[str, Part]:
    """Give every part, by name, in the order of the exercise."""
    return {name: Part(name, body["title"], body["hint"], tuple(_questions(body["questions"])))
            for name, body in _document("questions.yaml").items()}  # fmt: skip


@cache
def questions() -> Mapping[str, Question]:
    """Give every question, by name."""
    return {question.name: question for part in parts().values() for question in part.questions}


@cache
def awards() -> tuple[Award, ...]:
    """Give everything that can be earned, in order."""
    return tuple(Award(name, body["what"], body["why"], _by_situation(body["points"]), body.get("within_min"))
                 for name, body in _document("points.yaml")["awards"].items())  # fmt: skip


@cache
def costs() -> Mapping[str, Cost]:
    """Give everything that costs points, by name."""
    return {name: Cost(name, **body) for name, body in _document("points.yaml")["costs"].items()}


def part_named(name: str) -> Part:
    """Give a part.

    Raises:
        ParameterError: there is no such part.
    """
    found = parts().get(name)
    if found is None:
        raise ParameterError(f"{name[:40]!r} is no part of the exercise", action=f"choose {', '.join(parts())}")
    return found


def checked_answer(name: str, given: str | Iterable[str]) -> tuple[str, ...] | None:
    """Give an answer as it is kept; None where nothing was given, so that the question stays open.

    >>> checked_answer("users", ["svc-backup", " "]), checked_answer("users", ["none"]), checked_answer("users", [])
    (('svc-backup',), (), None)

    Raises:
        ParameterError: there is no such question, several names are given where one is asked for, or no such choice.
    """
    question = questions().get(name)
    if question is None:
        raise ParameterError(f"{name[:40]!r} is no question", action=f"choose {', '.join(questions())}")
    named = tuple(one.strip() for one in ([given] if isinstance(given, str) else given) if one.strip())
    where = f"question {name}"
    if not named:
        return None
    if len(named) > 1 and (NONE in named or question.kind != "list"):
        raise ParameterError("it takes one answer", where=where, action="give one name, or none")
    if question.kind == "choice" and named[0] not in (*question.choices, NONE):
        raise ParameterError(f"{named[0][:40]!r} is not a value it takes", where=where,
                             action=f"choose {', '.join((*question.choices, NONE))}")  # fmt: skip
    return () if named == (NONE,) else named


def _questions(documents: Mapping[str, Any]) -> Iterable[Question]:
    for name, body in documents.items():
        yield Question(name, body["kind"], body["asks"], tuple(body.get("choices", ())))


def _by_situation(points: int | Mapping[Situation, int]) -> Mapping[Situation, int]:
    return dict.fromkeys(SITUATIONS, points) if isinstance(points, int) else dict(points)


def _document(name: str) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - only in an exercise

    text = resources.files("gdkit.training").joinpath(name).read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document
