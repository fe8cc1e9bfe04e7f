"""Parameters: names, types and choices are held against the notebook before a kernel starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from gdkit.errors import ParameterError, UsageError
from gdkit.report.parameters import NotebookParameter, check_parameters, notebook_parameters, parse_assignment
from gdkit.report.run import NOTEBOOKS, known_parameters, notebook_path

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
account: str = ""  # the account
deep: bool = False  # look everywhere
days: int = 90  # how far back
rate: float = 2.0  # requests a second
trail: list[str] = []  # sources
verdict: str = ""  # what was decided
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Give a notebook that declares a parameter of every type."""
    return _notebook(tmp_path, SOURCE)


def _notebook(folder: Path, source: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    path = folder / "test.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_declared(notebook: Path) -> None:
    """Name, type, default and comment are read from the cell tagged parameters."""
    declared = notebook_parameters(notebook)
    assert list(declared) == ["account", "deep", "days", "rate", "trail", "verdict"]
    assert declared["days"] == NotebookParameter("days", "int", 90, "how far back")
    assert declared["trail"].default == []


@pytest.mark.parametrize(
    "given",
    [
        {"account": "012345678901"},
        {"deep": True, "days": 3, "rate": 0.5},
        {"rate": 2},
        {"trail": ["a", "b"]},
        {"trail": []},
        {"verdict": "benign"},
        {"verdict": ""},
        {},
    ],
)
def test_accepted(notebook: Path, given: dict[str, Any]) -> None:
    """Values of the declared types pass unchanged, an account id with its leading zero too."""
    checked = check_parameters(notebook, given)
    assert checked == given
    assert [type(value) for value in checked.values()] == [type(value) for value in given.values()]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"acount": "1"}, r"parameter 'acount': the notebook has no such parameter.*account, deep, days"),
        ({"account": 12345678901}, "parameter 'account': it takes text, not int"),
        ({"account": None}, "it takes text, not NoneType"),
        ({"deep": 1}, "it takes true or false, not int"),
        ({"deep": "yes"}, "it takes true or false, not str"),
        ({"days": True}, "it takes a whole number, not bool"),
        ({"days": 1.5}, "it takes a whole number, not float"),
        ({"days": "abc"}, "it takes a whole number, not str"),
        ({"rate": False}, "it takes a number, not bool"),
        ({"trail": "logs"}, "it takes a list of texts, not str"),
        ({"trail": ["a", 1]}, "it takes a list of texts"),
        ({"trail": ("a",)}, "it takes a list of texts, not tuple"),
        ({"verdict": "guilty"}, r"'guilty' is not a value it takes.*benign, malicious, undetermined"),
        ({"verdict": "Benign"}, "'Benign' is not a value it takes"),
    ],
)
def test_refused(notebook: Path, given: dict[str, Any], told: str) -> None:
    """An unknown name, a value of another type and one that is no choice are refused by name."""
    with pytest.raises(ParameterError, match=told) as caught:
        check_parameters(notebook, given)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_status == 2


def test_long_name_is_cut(notebook: Path) -> None:
    """A name of any length gives a message of one short line."""
    with pytest.raises(ParameterError) as caught:
        check_parameters(notebook, {"x" * 10_000: 1})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("account=012345678901", "012345678901"),
        ("account=True", "True"),
        ("account=", ""),
        ("account=a=b", "a=b"),
        ("account= 007 ", " 007 "),
        ("deep=true", True),
        ("deep=False", False),
        ("days=7", 7),
        ("rate=0.5", 0.5),
        ("trail=['a', 'b']", ["a", "b"]),
    ],
)
def test_assignment(notebook: Path, text: str, value: Any) -> None:
    """NAME=VALUE is read by the declared type of the name; nothing is guessed from how it looks."""
    name, parsed = parse_assignment(text, notebook_parameters(notebook))
    assert (name, parsed, type(parsed)) == (text.partition("=")[0], value, type(value))
    assert check_parameters(notebook, {name: parsed}) == {name: value}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("account", "NAME=VALUE"),
        ("=1", "no parameter of this name can be set here"),
        ("acount=1", "no parameter of this name can be set here.*choose account"),
        ("days=soon", "it takes a whole number"),
        ("days=__import__('os')", "it takes a whole number"),
        ("trail=[", "it takes a list of texts"),
    ],
)
def test_assignment_refused(notebook: Path, text: str, told: str) -> None:
    """What is no assignment, names nothing or does not fit is refused, and never run."""
    with pytest.raises(ParameterError, match=told):
        parse_assignment(text, notebook_parameters(notebook))


def test_leading_zero_number(notebook: Path) -> None:
    """A whole number with a leading zero is refused rather than read as another one."""
    with pytest.raises(ParameterError, match="it takes a whole number"):
        parse_assignment("days=007", notebook_parameters(notebook))


def test_no_notebook(tmp_path: Path) -> None:
    """A notebook that is not there is named."""
    with pytest.raises(ParameterError, match="there is no such notebook"):
        notebook_parameters(tmp_path / "none.ipynb")


def test_no_parameters_cell(tmp_path: Path) -> None:
    """A notebook without a parameters cell is refused."""
    with pytest.raises(ParameterError, match="no cell tagged 'parameters'"):
        notebook_parameters(_notebook(tmp_path, "x = 1", tags=()))


@pytest.mark.parametrize("source", ["when: datetime = None", "n: int"])
def test_unknown_declaration(tmp_path: Path, source: str) -> None:
    """A type that gdkit cannot check, or a missing default, is refused."""
    with pytest.raises(ParameterError, match="not one that gdkit knows"):
        notebook_parameters(_notebook(tmp_path, source))


def test_own_notebooks() -> None:
    """Every notebook of an investigation takes the case; the command line offers the rest."""
    assert all("case" in notebook_parameters(notebook_path(name)) for name in NOTEBOOKS)
    assert set(known_parameters()) == {"networks", "mmdb", "ask", "verdict", "verdict_reason", "analyst"}
