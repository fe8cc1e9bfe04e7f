"""pyproject.toml, the lock file and environment.yml say the same."""

from __future__ import annotations

import os
import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [Requirement(text) for text in [*PROJECT["dependencies"], *chain.from_iterable(EXTRAS.values())]]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MISSION = ("jupyterlab", "pandas", "boto3", "ipywidgets", "papermill", "pytest", "nbval")


def locked() -> dict[str, set[str]]:
    """Give the versions that the lock file names, by package."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", LOCK, re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def conda() -> dict[str, SpecifierSet]:
    """Give the ranges that environment.yml names, by package."""
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    texts = [text for text in document["dependencies"] if isinstance(text, str)]
    texts += next((row["pip"] for row in document["dependencies"] if isinstance(row, dict)), [])
    made = [Requirement(text) for text in texts if not text.startswith("-e")]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in made}


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_lock_fits_project(requirement: Requirement) -> None:
    """Every declared dependency is locked, at versions inside its range."""
    versions = locked().get(requirement.name, set())
    assert versions
    assert all(requirement.specifier.contains(Version(version), prereleases=True) for version in versions)


def test_lock_is_hashed_and_names_no_address() -> None:
    """Every locked package has a hash, and the lock file names no registry and no URL."""
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in LOCK
    assert "--index-url" not in LOCK


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_environment_fits_project(requirement: Requirement) -> None:
    """environment.yml names every declared dependency with the same range."""
    assert conda()[requirement.name] == requirement.specifier


def test_environment_adds_nothing_but_python() -> None:
    """environment.yml names nothing that the project does not declare, except Python and pip themselves."""
    assert set(conda()) - {requirement.name for requirement in DECLARED} == {"python", "pip"}
    assert str(conda()["python"]) == PROJECT["requires-python"]


def test_mission_packages_are_declared() -> None:
    """The packages that users of the kit count on are declared."""
    assert set(MISSION) <= {requirement.name for requirement in DECLARED}


def test_extras() -> None:
    """The extras are those that the documentation names."""
    assert set(EXTRAS) == {"sim", "test", "dev"}


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="only where several processes share the tests")
@pytest.mark.xdist_group("one group")
def test_groups_stay_together(request: pytest.FixtureRequest) -> None:
    """A test of a group carries its name, by which all tests of one world are given to one process."""
    assert request.node.nodeid.endswith("@one group")
