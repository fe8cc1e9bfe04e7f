"""Parameters of a notebook: checked against the notebook itself before a kernel starts.

papermill alone only warns about an unknown name, and injects it all the same; it does not enforce types. A typing error
at night must not run an investigation on the wrong input.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit.errors import ParameterError
from gdkit.model import VERDICT_VALUES
from gdkit.stages.declared import TYPES, fits
from gdkit.training.sealed import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHOICES: dict[str, tuple[str, ...]] = {"verdict": ("", *VERDICT_VALUES), "scenario": ("", *SCENARIOS)}
"""Parameters that take one of a few values, in every notebook that has them."""


@dataclass(frozen=True, slots=True)
class NotebookParameter:
    """One parameter of a notebook, as its parameters cell declares it.

    Attributes:
        name: its name.
        annotation: its type as written: ``str``, ``bool``, ``int``, ``float`` or ``list[str]``.
        default: its value when it is not given.
        meaning: the comment beside it.
    """

    name: str
    annotation: str
    default: Any
    meaning: str


def notebook_parameters(notebook: Path) -> dict[str, NotebookParameter]:
    """Read what a notebook's cell tagged ``parameters`` declares.

    Raises:
        ParameterError: the notebook is not there, or has no such cell.
    """
    if not notebook.is_file():
        raise ParameterError("there is no such notebook", where=str(notebook))
    cells = json.loads(notebook.read_bytes())["cells"]  # nbformat, which checks it too, takes a second to load
    source = next(("".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])), None)
    if source is None:
        raise ParameterError("the notebook has no cell tagged 'parameters'", where=str(notebook))
    lines = source.splitlines()
    declared = [node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign)]
    made = (_parameter(node, lines[(node.end_lineno or 1) - 1]) for node in declared)
    return {parameter.name: parameter for parameter in made}


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Hold given parameters against what the notebook declares.

    Args:
        notebook: path of the notebook.
        given: values by name; they are passed on as they are, so that ``"012345678901"`` keeps its zero.

    Returns:
        The given parameters, unchanged.

    Raises:
        ParameterError: a name that the notebook does not have, a value of another type, or not one of the choices.
    """
    declared = notebook_parameters(notebook)
    for name, value in given.items():
        where = f"{notebook.stem}, parameter {name[:60]!r}"
        if name not in declared:
            raise ParameterError("the notebook has no such parameter", where=where,
                                 action=f"it takes {', '.join(declared)}")  # fmt: skip
        annotation = declared[name].annotation
        if not fits(value, annotation):
            words = TYPES[annotation][0]
            raise ParameterError(f"it takes {words}, not {type(value).__name__}", where=where)
        if name in CHOICES and value not in CHOICES[name]:
            choices = ", ".join(choice for choice in CHOICES[name] if choice)
            raise ParameterError(
                f"{str(value)[:60]!r} is not a value it takes", where=where, action=f"choose {choices}"
            )
    return dict(given)


def parse_assignment(text: str, declared: Mapping[str, NotebookParameter]) -> tuple[str, Any]:
    """Read ``name=value`` by the declared type of the name; nothing is guessed from the value's look.

    >>> parse_assignment("account=012345678901", {"account": NotebookParameter("account", "str", "", "")})
    ('account', '012345678901')

    Raises:
        ParameterError: there is no ``=``, no such name, or the value does not fit its type.
    """
    name, sign, value = text.partition("=")
    if not sign:
        raise ParameterError("a parameter is given as NAME=VALUE", where=f"--parameter {text[:60]!r}",
                             action="write an equals sign between name and value, as in -p analyst=ann")  # fmt: skip
    if name not in declared:
        raise ParameterError(
            "no parameter of this name can be set here",
            where=f"--parameter {name[:60]!r}",
            action=f"choose {', '.join(declared)}",
        )
    annotation = declared[name].annotation
    if annotation == "str":
        return name, value
    try:
        literal = ast.literal_eval({"true": "True", "false": "False"}.get(value.lower(), value))
    except (ValueError, SyntaxError) as error:
        words = TYPES[annotation][0]
        raise ParameterError(f"it takes {words}", where=f"--parameter {name}") from error
    return name, literal


def _parameter(node: ast.AnnAssign, line: str) -> NotebookParameter:
    name = ast.unparse(node.target)
    annotation = ast.unparse(node.annotation)
    if annotation not in TYPES or node.value is None:
        raise ParameterError("its declaration is not one that gdkit knows", where=f"parameter {name!r}")
    return NotebookParameter(name, annotation, ast.literal_eval(node.value), line.partition("#")[2].strip())
