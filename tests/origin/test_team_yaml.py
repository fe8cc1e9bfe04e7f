"""YAML of a team's file: texts as they stand, with lines; nothing followed, nothing without bounds."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gdkit.origin import team_yaml
from gdkit.origin.team_yaml import Listing, Scalar, Table, TeamYamlError, read_yaml

LOADERS = [pytest.param(yaml.SafeLoader, id="python"), pytest.param(yaml.CSafeLoader, id="libyaml")]


@pytest.fixture(params=LOADERS, autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test with both of PyYAML's parsers: not every machine has the faster one."""
    monkeypatch.setattr(team_yaml, "_LOADER", request.param)


def refused(text: str) -> TeamYamlError:
    """Give the error that a text is refused with."""
    with pytest.raises(TeamYamlError) as caught:
        read_yaml(text)
    return caught.value


def test_texts_stay_as_they_stand() -> None:
    """Numbers, dates, truth values and octals are not read as such: the text of the file is given."""
    document, faults = read_yaml("[012345670123, 2027-01-31, no, 1_000, 12:30, 0x1F]")
    assert isinstance(document, Listing)
    texts = [item.text for item in document.items if isinstance(item, Scalar)]
    assert texts == ["012345670123", "2027-01-31", "no", "1_000", "12:30", "0x1F"]
    assert not faults


def test_lines_are_counted_from_one() -> None:
    """Every value knows the line on which it begins."""
    document, _ = read_yaml("# ours\na:\n  - b: c\n    d: e\n  - f: g\n")
    assert isinstance(document, Table)
    entries = document.pairs[0][1]
    assert isinstance(entries, Listing)
    assert [entry.line for entry in entries.items] == [3, 5]
    first = entries.items[0]
    assert isinstance(first, Table)
    assert [(key.line, value.line) for key, value in first.pairs] == [(3, 3), (4, 4)]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("a:", True),
        ("a: ~", True),
        ("a: null", True),
        ("a: ''", False),
        ("a: 'null'", False),
        ("a: no", False),
    ],
)
def test_nothing_is_told_from_an_empty_text(text: str, empty: bool) -> None:
    """A value that was left out, or YAML's word for nothing, is empty; a text in quotes is a text."""
    document, _ = read_yaml(text)
    assert isinstance(document, Table)
    value = document.pairs[0][1]
    assert isinstance(value, Scalar)
    assert value.empty is empty


def test_quotes_are_told() -> None:
    """A text in quotes is not plain, in whichever quotes."""
    document, _ = read_yaml("[a, 'b', \"c\"]")
    assert isinstance(document, Listing)
    assert [item.plain for item in document.items if isinstance(item, Scalar)] == [True, False, False]


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n"])
def test_no_document(text: str) -> None:
    """A text that holds nothing, or comments alone, has no document and no fault."""
    assert read_yaml(text) == (None, ())


def test_names_that_stand_twice_are_kept() -> None:
    """Both of two equal names are given, so that the reader can tell of them."""
    document, _ = read_yaml("a: 1\na: 2\n")
    assert isinstance(document, Table)
    assert [value.text for _, value in document.pairs if isinstance(value, Scalar)] == ["1", "2"]


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!binary", "!own", "!!timestamp", "!!python/name:os.sep"]
)
def test_tags_are_faults(tag: str) -> None:
    """A tag is told with its line and followed nowhere; the rest of the file is read."""
    document, faults = read_yaml(f"a:\n  - {tag} [x]\n  - b\n")
    assert isinstance(document, Table)
    assert [(fault.line, "is not read here" in fault.problem) for fault in faults] == [(2, True)]


def test_common_tags_are_no_faults() -> None:
    """A tag that says what a value is anyway does no harm."""
    assert read_yaml("a: !!str 12\nb: !!seq [x]\nc: !!map {d: e}")[1] == ()


def test_aliases_give_the_value_again() -> None:
    """An alias stands for the value that was named."""
    document, _ = read_yaml("a: &office [x, y]\nb: *office\n")
    assert isinstance(document, Table)
    assert document.pairs[0][1] == document.pairs[1][1]


@pytest.mark.parametrize("text", ["a: *b", "&a [*a]", "&a {b: *a}", "a: *b\nc: &b d"])
def test_aliases_of_nothing(text: str) -> None:
    """An alias for what has not ended yet, itself among it, is refused."""
    assert "stands for nothing" in refused(text).faults[0].problem


def test_alias_bombs_are_refused_at_once() -> None:
    """Aliases of aliases count as often as they would stand there, without being written out."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    started = time.perf_counter()
    error = refused("\n".join(rows))
    assert "more than 200,000 values" in error.faults[0].problem
    assert time.perf_counter() - started < 1


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are counted while they are read; reading stops at the limit."""
    monkeypatch.setattr(team_yaml, "MOST_VALUES", 100)
    assert read_yaml(f"[{', '.join('x' * 99)}]")
    assert "more than 100 values" in refused(f"[{', '.join('x' * 101)}]").faults[0].problem


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: ", "- - "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    """A file of a hundred thousand levels is refused within its first, not by the stack's end."""
    assert "deep" in refused(opening * 100_000).faults[0].problem


def test_levels_of_a_real_file_are_read() -> None:
    """Eight levels are read, nine are not."""
    read_yaml("[" * 8 + "]" * 8)
    assert "more than 8 deep" in refused("[" * 9 + "]" * 9).faults[0].problem


def test_second_document() -> None:
    """A second document is refused with the line on which it begins."""
    fault = refused("a: b\n---\nc: d\n").faults[0]
    assert (fault.line, fault.problem) == (2, "a second document begins here")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\nc: {d\n", None),
        ("a: b\n c: d\n", 2),
        ("a: 2001:db8::\n", 1),
        ("a: @b", 1),
        ("a: 'b", None),
        ("- a\nb: c", 2),
    ],
)
def test_what_is_no_yaml(text: str, line: int | None) -> None:
    """A text that is no YAML is refused with the line where reading ended, and with what to look for."""
    (fault,) = refused(text).faults
    assert "this is no YAML" in fault.problem
    assert "quotes" in fault.action
    assert fault.line == line if line else fault.line > 0


def test_tabs() -> None:
    """Where a tab ends the reading, every line that begins with one is told."""
    faults = refused("a:\n\t- b\nc:\n  \t- d\n").faults
    assert [(fault.line, fault.problem) for fault in faults] == [
        (2, "a tab stands where only spaces may"),
        (4, "a tab stands where only spaces may"),
    ]


def test_tabs_elsewhere_do_no_harm() -> None:
    """A tab within a text of several lines is no fault, nor is it blamed for another."""
    assert read_yaml("c: |\n  d\n  \te\n")[0] is not None
    assert [fault.line for fault in refused("c: |\n  d\n  \te\nf: @g\n").faults] == [4]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x07", "\ufffe"])
def test_characters_that_yaml_refuses(character: str) -> None:
    """A control character is refused with its line, and does not reach the message."""
    (fault,) = refused(f"ä: b\nc: d{character}\n").faults
    assert fault.line == 2
    assert str(fault).isprintable()


@given(st.text(alphabet=st.sampled_from("ab:-# \n\t[]{}&*!|>'\"?,%@\x1b\u202e\u00e4"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text: it is read, or refused with a fault that can be shown."""
    try:
        read_yaml(text)
    except TeamYamlError as error:
        assert error.faults
        assert all(str(fault).isprintable() for fault in error.faults)


def test_a_tab_after_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parser takes no tab after a colon, the fault says that it is the tab."""
    monkeypatch.setattr(team_yaml, "_LOADER", yaml.SafeLoader)
    assert [fault.problem for fault in refused("a: b\nc:\td\n").faults] == ["a tab stands where only spaces may"]
