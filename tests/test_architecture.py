"""The house's plan, held by tests: imports point downward, and importing gdkit stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gdkit"

LAYERS = (
    (
        "errors",
        "model",
        "ledger_row",
        "identifiers",
        "own_calls",
        "permissions",
        "permissions_bucket",
        "permissions_queries",
        "sizes",
    ),
    ("columns",),
    ("tables",),
    ("aws",),
    ("findings", "trail", "analysis", "origin", "feeds", "policy", "environment", "sample"),
    ("response",),
    ("simulator",),
    ("case",),
    ("gathering",),
    ("responding",),
    ("training",),
    ("progress",),
    ("ui",),
    ("stages",),
    ("report",),
    ("check", "check_text", "lab"),
    ("cli", "cli_aws"),
)
"""From the bottom up: a part imports its own layer and those below, never one above."""

PURE = ("errors", "model", "ledger_row", "identifiers", "own_calls", "permissions", "permissions_bucket",
        "permissions_queries", "sizes", "columns", "tables", "analysis", "origin", "policy")  # fmt: skip
"""Parts that know neither AWS's API nor a widget."""


def modules() -> list[Path]:
    """Give every module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def imported(path: Path) -> set[str]:
    """Give the dotted names that a module imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(dotted: str) -> str:
    """Give the part of the house that a dotted name belongs to."""
    return dotted.split(".")[1] if dotted.startswith("gdkit.") else ""


def layer(part: str) -> int | None:
    """Give the number of a part's layer from the bottom; None for the package itself."""
    return next((number for number, parts in enumerate(LAYERS) if part in parts), None)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downward(path: Path) -> None:
    """No module imports from a layer above its own, and none belongs to no layer."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        pytest.skip("the package itself only names where its public names live")
    assert layer(own) is not None, f"{own} stands in no layer"
    above = {name for name in imported(path) if (layer(part_of(name)) or 0) > (layer(own) or 0)}
    assert not above


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_in_their_place(path: Path) -> None:
    """Widgets, pictures and tables of a page are imported by ui alone, AWS's library by the maker of clients alone."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    libraries = {name.split(".")[0] for name in imported(path)}
    if own != "ui":
        assert not libraries & {"ipywidgets", "altair", "itables", "vl_convert", "IPython"}
    if own not in ("aws", "simulator"):
        assert not libraries & {"boto3", "botocore"}, "clients are made by gdkit.aws alone"
    if own != "aws":
        assert "obstore" not in libraries, "buckets are read by gdkit.aws alone"
    if own != "feeds":
        assert not libraries & {"httpx", "ipwhois"}, "nobody outside AWS is asked but by gdkit.feeds"
    if own not in ("simulator", "training", "cli"):
        assert not any(part_of(name) == "simulator" for name in imported(path)), "a simulated account is for training"
    if own in PURE:
        assert not any(part_of(name) == "aws" for name in imported(path))


def test_import_is_light() -> None:
    """Importing gdkit loads neither pandas nor boto3 nor ipywidgets."""
    code = "import sys, gdkit; print([n for n in ('pandas', 'boto3', 'ipywidgets', 'papermill') if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.strip() == "[]"


def test_public_names_resolve() -> None:
    """Every name that the package offers can be had, and another gives a plain AttributeError."""
    import gdkit

    assert all(getattr(gdkit, name) is not None for name in gdkit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gdkit.nothing  # noqa: B018


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path: Path) -> None:
    """A file has one subject: none is longer than 300 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
