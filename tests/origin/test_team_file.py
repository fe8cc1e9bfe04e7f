"""The team's file: read whole, every fault told at once, and asked for addresses, accounts and tests."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdkit.errors import GdkitError, TeamFileError
from gdkit.origin.team_file import (
    AuthorisedTest,
    OwnAccount,
    TeamFile,
    TeamNetwork,
    Vendor,
    accounts_of,
    is_valid,
    load_team_file,
    networks_of,
    vendors_of,
)
from gdkit.origin.team_file import tests_of as leave_for  # pytest would take its own name for a test

RULES = ("team_network", "known_vendor", "authorised_test")
AT = datetime(2026, 9, 2, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "networks.md"

NETWORK = "{cidr: 203.0.113.0/24, owner: IT, what: office, contact: it@example.com, valid_until: 2027-01-31}"
VENDOR = "{name: Backup, what: backups, contact: b@example.com, valid_until: 2027-01-31, cidrs: [192.0.2.0/24]}"
TEST = (
    "{by: Erika Mustermann, ticket: SEC-1, what: test, from: 2026-09-01T08:00Z, until: 2026-09-03T08:00Z,"
    " cidrs: [192.0.2.0/24]}"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a file that is not there yet."""
    return tmp_path / "networks.yaml"


def load(path: Path, text: str) -> TeamFile:
    """Write a file and load it."""
    path.write_text(text, encoding="utf-8")
    return load_team_file(path, RULES)


def faults(path: Path, text: str) -> list[tuple[int, str, str, str]]:
    """Write a file and give line, entry, field and problem of every fault."""
    with pytest.raises(TeamFileError) as caught:
        load(path, text)
    return [(fault.line, fault.entry, fault.field, fault.problem) for fault in caught.value.faults]


def with_field(text: str, name: str, value: str | None) -> str:
    """Give an entry with a field set to another value, or without it."""
    rest = re.sub(rf"(?<=[{{ ]){name}: (\[[^]]*\]|[^,}}]*),? ?", "", text).removesuffix("}").rstrip(", ")
    return f"{rest}}}" if value is None else f"{rest}, {name}: {value}}}"


WITHOUT = with_field(NETWORK, "cidr", None)


def network(cidr: str, owner: str = "IT", valid_until: date = date(2027, 1, 31), line: int = 1) -> TeamNetwork:
    """Give a network as a value."""
    return TeamNetwork(cidr, owner, "office", "it@example.com", valid_until, "", "", line)


def team(**parts: object) -> TeamFile:
    """Give a team's file as a value."""
    return dataclasses.replace(TeamFile(Path("networks.yaml"), "0" * 64), **parts)  # type: ignore[arg-type]


def test_the_example_of_the_documentation(path: Path) -> None:
    """The example in docs/networks.md is a valid file, and every section of it holds what it shows."""
    example = re.search(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    found = load(path, example[1])
    assert [one.cidr for one in found.networks] == ["203.0.113.0/26", "198.51.100.16/28", "2001:db8:12::/48"]
    assert found.networks[2] == TeamNetwork(
        "2001:db8:12::/48",
        "Example GmbH, cloud team",
        "way out of the hub VPC, behind the transit gateway",
        "cloud@example.com",
        date(2027, 1, 31),
        "",
        "all spoke VPCs leave by it",
        8,
    )
    assert found.networks[0].source == "contract with the provider, 2024-11"
    assert found.vendors[0].cidrs == ("192.0.2.64/27",)
    assert found.vendors[0].accounts == ("444455556666",)
    assert found.accounts == (
        OwnAccount("111122223333", "shop, production", "team shop", 26),
        OwnAccount("012345678901", "log archive", "", 29),
    )
    assert found.tests == (
        AuthorisedTest(
            "Erika Mustermann (Red Example)",
            "SEC-1234",
            "penetration test of the shop, instance credentials among it",
            datetime(2026, 9, 1, 8, tzinfo=UTC),
            datetime(2026, 9, 5, 16, tzinfo=UTC),
            ("192.0.2.10/32",),
            (),
            ("shop-web",),
            33,
        ),
    )
    assert found.weights == (("team_network", 5),)
    assert found.warnings == ()


def test_documentation_names_every_field() -> None:
    """The page tells of every field and every section that the file may have."""
    from gdkit.origin import team_file, team_sections

    text = DOCS.read_text(encoding="utf-8")
    known = {*team_sections._NETWORK, *team_sections._VENDOR, *team_sections._ACCOUNT, *team_sections._TEST}
    assert all(f"`{name}`" in text for name in (*known, *team_file.SECTIONS))


def test_documentation_uses_no_real_address() -> None:
    """Every IPv4 address on the page is one for documentation, or shown as refused."""
    found = set(re.findall(r"\d+\.\d+\.\d+\.", DOCS.read_text(encoding="utf-8")))
    assert found == {"203.0.113.", "198.51.100.", "192.0.2."}


def test_path_and_hash(path: Path) -> None:
    """The value names the file and the SHA-256 of its bytes, a byte order mark among them."""
    content = b"\xef\xbb\xbfnetworks:\r\n- " + NETWORK.encode() + b"\r\n"
    path.write_bytes(content)
    found = load_team_file(str(path), RULES)
    assert found.path == path
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert len(found.networks) == 1


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing yet\n", "---\n", "~", "networks:\nvendors: []\nweights:\n", "{}"]
)
def test_empty_files(path: Path, text: str) -> None:
    """An empty file, and sections without entries, are valid and say nothing."""
    found = load(path, text)
    assert (found.networks, found.vendors, found.accounts, found.tests, found.weights) == ((), (), (), (), ())


@pytest.mark.parametrize("text", ["- a", "hello", "12"])
def test_no_sections(path: Path, text: str) -> None:
    """A list or a text in place of the sections is a fault."""
    assert faults(path, text) == [(1, "", "", "the file does not begin with a section")]


def test_missing_file(path: Path) -> None:
    """A file that is not there is told with its path and the page that says how to write one."""
    with pytest.raises(TeamFileError, match="there is no such file") as caught:
        load_team_file(path, RULES)
    assert isinstance(caught.value, GdkitError)
    assert str(caught.value).startswith(f"{path}: ")
    assert "docs/networks.md" in str(caught.value)


def test_folders_and_pipes(tmp_path: Path) -> None:
    """A folder is refused, and so is a pipe, on which reading would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TeamFileError, match="it is a folder"):
        load_team_file(tmp_path, RULES)
    with pytest.raises(TeamFileError, match="it is no ordinary file"):
        load_team_file(tmp_path / "pipe", RULES)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (PermissionError(13, "Permission denied"), "you may not read it"),
        (OSError(5, "Input/output error"), "Input/output"),
    ],
)
def test_files_that_cannot_be_read(path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, problem: str) -> None:
    """No permission and a broken disk are told as such."""
    path.touch()

    def fail(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(TeamFileError, match=problem):
        load_team_file(path, RULES)


def test_great_files(path: Path) -> None:
    """Five million bytes are read, one more is refused."""
    path.write_bytes(b"#" * 5_000_000)
    load_team_file(path, RULES)
    path.write_bytes(b"#" * 5_000_001)
    with pytest.raises(TeamFileError, match="greater than 5 MB"):
        load_team_file(path, RULES)


@pytest.mark.parametrize(("content", "line"), [(b"a:\n# caf\xe9\n", 2), ("networks:\n".encode("utf-16"), 1)])
def test_other_encodings(path: Path, content: bytes, line: int) -> None:
    """A file that is not UTF-8 is refused with the line from which it is not."""
    path.write_bytes(content)
    with pytest.raises(TeamFileError, match="not UTF-8") as caught:
        load_team_file(path, RULES)
    assert caught.value.faults[0].line == line


def test_broken_yaml(path: Path) -> None:
    """What is no YAML is refused with file and line."""
    with pytest.raises(TeamFileError) as caught:
        load(path, "networks:\n\t- cidr: x\n")
    assert str(caught.value) == f"{path}: line 2: a tab stands where only spaces may. What to do: use spaces"


def test_all_faults_at_once(path: Path) -> None:
    """Every fault of every section is told, in the order of the lines, each with its entry and field."""
    text = """\
weights: {team_network: 12, team_netwrok: 3}
networks:
  - cidr: 203.0.113.5/24
    owner: IT
    what: office
    valid_until: tomorrow
  - not an entry
vendor: []
accounts:
  - id: 012345670123
    name: logs
    id: 111122223333
authorised_tests:
  - {by: E, ticket: S, what: t, from: 2026-09-01, until: 2026-09-03T08:00Z}
vendors: {name: Backup}
"""
    assert faults(path, text) == [
        (1, "weights", "", "'team_netwrok' is not known here"),
        (1, "weights", "team_network", "'12' is no weight"),
        (3, "networks entry 1", "contact", "the field is missing"),
        (3, "networks entry 1", "cidr", "'203.0.113.5/24' has bits set beyond its length"),
        (6, "networks entry 1", "valid_until", "'tomorrow' is no date"),
        (7, "networks entry 2", "", "'not an entry' stands here, not fields"),
        (8, "", "", "'vendor' is not known here"),
        (
            10,
            "accounts entry 1",
            "id",
            "'012345670123' begins with 0 and has no quotes: YAML may read it as another number",
        ),
        (12, "accounts entry 1", "", "'id' stands twice, first on line 10"),
        (14, "authorised_tests entry 1", "from", "'2026-09-01' has no time"),
        (14, "authorised_tests entry 1", "cidrs", "neither cidrs nor accounts are given"),
        (15, "vendors", "", "a table of names and values stands here, not a list"),
    ]


def test_the_message_of_several_faults(path: Path) -> None:
    """The message counts the faults and gives each a line of its own; of very many, the first fifty."""
    with pytest.raises(TeamFileError) as caught:
        load(path, "accounts:\n- {id: x, name: a}\n- {id: y, name: b}\n")
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{path}: 2 faults:"
    assert lines[1].startswith("(1) line 2, accounts entry 1, id: 'x' is no AWS account id. What to do: ")
    assert len(lines) == 3
    with pytest.raises(TeamFileError) as caught:
        load(path, "accounts:\n" + "- {id: x, name: a}\n" * 60)
    assert len(caught.value.faults) == 60
    assert str(caught.value).splitlines()[-1] == "and 10 more"
    assert len(str(caught.value).splitlines()) == 52


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("netwroks: []", "perhaps networks is meant"),
        ("Vendors: []", "perhaps vendors is meant"),
        ("authorized_tests: []", "perhaps authorised_tests is meant"),
        ("weights: {known_vendors: 1}", "perhaps known_vendor is meant"),
        ("zzz: []", "use one of accounts, authorised_tests, networks, vendors, weights"),
        ("<<: {networks: []}", "tables are not merged here; write the fields out"),
        (f"networks: [{with_field(NETWORK, 'valid_untill', '2027-01-31')}]", "perhaps valid_until is meant"),
    ],
)
def test_unknown_names(path: Path, text: str, action: str) -> None:
    """An unknown section, field or rule is told with the name that was perhaps meant."""
    with pytest.raises(TeamFileError, match="is not known here") as caught:
        load(path, text)
    assert [fault.action for fault in caught.value.faults] == [action]


@pytest.mark.parametrize(
    ("section", "entry", "field"),
    [
        *(("networks", NETWORK, field) for field in ("cidr", "owner", "what", "contact", "valid_until")),
        *(("vendors", VENDOR, field) for field in ("name", "what", "contact", "valid_until")),
        *(("accounts", '{id: "111122223333", name: shop}', field) for field in ("id", "name")),
        *(("authorised_tests", TEST, field) for field in ("by", "ticket", "what", "from", "until")),
    ],
)
@pytest.mark.parametrize("value", [None, "~"])
def test_required_fields(path: Path, section: str, entry: str, field: str, value: str | None) -> None:
    """A required field that is missing, or has no value, is the one fault of a file that is right but for it."""
    load(path, f"{section}: [{entry}]")
    text = f"{section}: [{with_field(entry, field, value)}]"
    assert faults(path, text) == [(1, f"{section} entry 1", field, "the field is missing")]


@pytest.mark.parametrize(
    ("section", "entry", "field", "value", "problem"),
    [
        ("networks", NETWORK, "cidr", "[203.0.113.0/24]", "a list stands here, not a single value"),
        ("networks", NETWORK, "owner", "{a: b}", "a table of names and values stands here, not a single value"),
        ("networks", NETWORK, "note", '"a\\x1bb"', "'a\\x1bb' holds a character that cannot be shown"),
        ("networks", NETWORK, "cidrs", "[192.0.2.0/24]", "cidr and cidrs both stand here"),
        ("networks", WITHOUT, "cidrs", "[]", "the list is empty"),
        ("networks", WITHOUT, "cidrs", "192.0.2.0/24", "'192.0.2.0/24' stands here, not a list"),
        ("networks", WITHOUT, "cidrs", "[~]", "nothing stands in the list, not a single value"),
        ("networks", WITHOUT, "cidrs", "[[192.0.2.0/24]]", "a list stands in the list, not a single value"),
        ("networks", NETWORK, "cidr", "0.0.0.0/0", "'0.0.0.0/0' is too broad to prove whose it is (shorter than /8)"),
        ("vendors", VENDOR, "cidrs", "[]", "neither cidrs nor accounts are given"),
        ("vendors", VENDOR, "accounts", "[444455556666, 1]", "'1' has 1 digits, an account id has 12"),
        ("authorised_tests", TEST, "cidrs", "[]", "neither cidrs nor accounts are given"),
        ("authorised_tests", TEST, "roles", "[]", "the list is empty"),
        ("authorised_tests", TEST, "roles", "[app/shop]", "'app/shop' is no role's name"),
        ("authorised_tests", TEST, "until", "2026-09-01T08:00Z", "the end is not after the beginning"),
        ("authorised_tests", TEST, "until", "2026-09-01T10:00+03:00", "the end is not after the beginning"),
    ],
)  # fmt: skip
def test_bad_fields(path: Path, section: str, entry: str, field: str, value: str, problem: str) -> None:
    """A field with what cannot stand there is told by section, number, name and problem."""
    assert faults(path, f"{section}: [{with_field(entry, field, value)}]") == [
        (1, f"{section} entry 1", field, problem)
    ]


def test_tags_are_faults_beside_others(path: Path) -> None:
    """A tag runs nothing and does not hide the other faults."""
    found = faults(path, f"networks:\n- !!python/object/apply:os.mkdir [{path}x]\nvendor: []\n")
    assert [line for line, *_ in found] == [2, 2, 3]
    assert "the tag tag:yaml.org,2002:python/object/apply:os.mkdir is not read here" in found[0][3]
    assert not Path(f"{path}x").exists()


def test_names_that_are_no_text(path: Path) -> None:
    """A list in a name's place is a fault of its own."""
    assert faults(path, "? [a]\n: b\n") == [(1, "", "", "a list stands in a name's place")]


@pytest.mark.parametrize(
    ("value", "problem"),
    [("[a]", "a list stands here, not names with numbers"), ("5", "'5' stands here, not names with numbers")],
)
def test_weights_that_are_no_table(path: Path, value: str, problem: str) -> None:
    """Weights are names with numbers."""
    assert faults(path, f"weights: {value}") == [(1, "weights", "", problem)]


def test_weights(path: Path) -> None:
    """Weights are given by rule; one without a number is a fault."""
    assert load(path, "weights: {team_network: 0, known_vendor: 9}").weights == (
        ("team_network", 0),
        ("known_vendor", 9),
    )
    assert faults(path, "weights:\n  team_network:\n") == [(2, "weights", "team_network", "the weight is missing")]


def test_accounts_that_stand_twice(path: Path) -> None:
    """An account that stands twice is a fault: which of the names is right?"""
    text = 'accounts:\n- {id: "111122223333", name: a}\n- {id: "111122223333", name: b}\n'
    assert faults(path, text) == [
        (3, "accounts entry 2", "id", "account 111122223333 stands twice, first on line 2"),
    ]


def test_several_networks_of_an_entry(path: Path) -> None:
    """Each network of an entry becomes a value of its own, once."""
    text = with_field(with_field(NETWORK, "cidr", None), "cidrs", "[192.0.2.0/25, 192.0.2.128/25, 192.0.2.0/25]")
    found = load(path, f"networks: [{text}]").networks
    assert [one.cidr for one in found] == ["192.0.2.0/25", "192.0.2.128/25"]
    assert len({dataclasses.replace(one, cidr="") for one in found}) == 1


def test_aliases(path: Path) -> None:
    """A list that is named once may be used again."""
    text = f"vendors:\n- {VENDOR.replace('[', '&them [')}\nauthorised_tests:\n- {with_field(TEST, 'cidrs', '*them')}\n"
    found = load(path, text)
    assert found.tests[0].cidrs == found.vendors[0].cidrs == ("192.0.2.0/24",)


def test_overlaps_of_other_owners(path: Path) -> None:
    """A network within one of another owner is a warning that names both with their lines; the file is valid."""
    inner = with_field(with_field(NETWORK, "cidr", "203.0.113.64/26"), "owner", "Lab")
    vendor = with_field(VENDOR, "cidrs", "[203.0.113.65/32]")
    found = load(path, f"networks:\n- {inner}\n- {NETWORK}\nvendors:\n- {vendor}\n")
    assert found.warnings == (
        "203.0.113.64/26 of 'Lab' (line 2) lies within 203.0.113.0/24 of 'IT' (line 3): their owners differ.",
        "203.0.113.65/32 of 'Backup' (line 5) lies within 203.0.113.64/26 of 'Lab' (line 2): their owners differ.",
    )


@pytest.mark.parametrize(
    ("first", "second", "owner"),
    [
        ("203.0.113.0/24", "203.0.113.64/26", "IT"),
        ("203.0.113.0/25", "203.0.113.128/25", "Lab"),
        ("203.0.113.0/24", "2001:db8::/32", "Lab"),
        ("::/19", "203.0.113.0/24", "Lab"),
    ],
)
def test_no_overlaps(path: Path, first: str, second: str, owner: str) -> None:
    """Networks of one owner, neighbours, and networks of two versions do not overlap."""
    one = with_field(NETWORK, "cidr", f'"{first}"')
    other = with_field(with_field(NETWORK, "cidr", f'"{second}"'), "owner", owner)
    assert load(path, f"networks: [{one}, {other}]").warnings == ()


def test_overlap_behind_one_of_the_same_owner(path: Path) -> None:
    """The nearest network of another owner is told, even where one of the same owner lies between."""
    rows = [("10.0.0.0/8", "A"), ("10.1.0.0/16", "B"), ("10.1.2.0/24", "B"), ("10.9.0.0/16", "A")]
    entries = [with_field(with_field(NETWORK, "cidr", cidr), "owner", owner) for cidr, owner in rows]
    assert [text[:20] for text in load(path, f"networks: [{', '.join(entries)}]").warnings] == [
        "10.1.0.0/16 of 'B' (",
        "10.1.2.0/24 of 'B' (",
    ]


def test_overlaps_without_end(path: Path) -> None:
    """Of very many overlaps fifty are told, the rest counted."""
    entries = [with_field(NETWORK, "owner", f"owner {number}") for number in range(61)]
    warnings = load(path, f"networks: [{', '.join(entries)}]").warnings
    assert len(warnings) == 51
    assert warnings[-1] == "10 more networks lie within those of another owner."


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.sampled_from(["a", "~", "203.0.113.0/24", "2027-01-31", '"\\e[1m"', "012345670123", "*x", "&x y", "!z w"]),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
            st.lists(
                st.tuples(
                    st.sampled_from(["networks", "weights", "accounts", "cidrs", "id", "from", "what", "x\u202e"]),
                    inner,
                ),
                max_size=4,
            ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"),
        ),
        max_leaves=12,
    )
)
def test_any_file_is_read_or_refused(path: Path, text: str) -> None:
    """Whatever the file holds: it is read, or refused with faults that can be shown."""
    try:
        load(path, text)
    except TeamFileError as error:
        assert error.faults
        assert all(str(fault).isprintable() for fault in error.faults)
        assert [fault.line for fault in error.faults] == sorted(fault.line for fault in error.faults)


def test_many_faults_take_no_time(path: Path) -> None:
    """A file of ten thousand unknown fields is refused within seconds."""
    text = "networks:\n- {" + ", ".join(f"valid_unti{number}: 1" for number in range(10_000)) + "}\n"
    started = time.perf_counter()
    assert len(faults(path, text)) == 10_005
    assert time.perf_counter() - started < 5


def test_networks_of_an_address() -> None:
    """Networks that hold an address are given most specific first, those of the same size in the file's order."""
    all_of_them = team(
        networks=(
            network("203.0.113.0/24", "A"),
            network("203.0.113.7/32", "B"),
            network("198.51.100.0/24", "C"),
            network("203.0.113.0/24", "D"),
            network("2001:db8::/32", "E"),
        )
    )
    valid, expired = networks_of(all_of_them, "203.0.113.7", AT)
    assert [one.owner for one in valid] == ["B", "A", "D"]
    assert expired == ()
    assert [one.owner for one in networks_of(all_of_them, "2001:0DB8::1", AT)[0]] == ["E"]
    assert [one.owner for one in networks_of(all_of_them, "::ffff:198.51.100.1", AT)[0]] == ["C"]


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "", "ec2.amazonaws.com", "AWS Internal", "111122223333", "203.0.113.0/24"]
)
def test_networks_of_what_is_none(address: str) -> None:
    """An address elsewhere, and what is no address, lie in no network."""
    assert networks_of(team(networks=(network("203.0.113.0/24"),)), address, AT) == ((), ())


def test_expired_networks() -> None:
    """An entry whose last day is over does not count, and is given apart."""
    old, new = network("203.0.113.0/24", valid_until=date(2026, 1, 31)), network("203.0.112.0/22")
    assert networks_of(team(networks=(old, new)), "203.0.113.7", AT) == ((new,), (old,))


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (datetime(2027, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC), True),
        (datetime(2027, 2, 1, tzinfo=UTC), False),
        (datetime(2027, 1, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5))), False),
        (datetime(2027, 2, 1, 3, 0, tzinfo=timezone(timedelta(hours=5))), True),
    ],
)
def test_last_day(at: datetime, valid: bool) -> None:
    """The last day counts to its end in UTC, in whichever zone the instant is given."""
    assert is_valid(network("203.0.113.0/24", valid_until=date(2027, 1, 31)), at) is valid


def test_instants_without_zone() -> None:
    """An instant without a zone is refused by every question, even where nothing is found."""
    naive = datetime(2026, 9, 2, 12)  # noqa: DTZ001 - the subject
    for ask in (
        lambda: networks_of(team(), "203.0.113.7", naive),
        lambda: vendors_of(team(), "203.0.113.7", naive),
        lambda: leave_for(team(), "203.0.113.7", None, naive, naive),
        lambda: is_valid(network("203.0.113.0/24"), naive),
    ):
        with pytest.raises(ValueError, match="without a zone"):
            ask()


def test_vendors_by_address_and_account() -> None:
    """A vendor is found by address, the most specific first, and by account; an expired one apart."""
    wide = Vendor("Wide", "w", "w@example.com", date(2027, 1, 31), ("192.0.2.0/24", "192.0.2.0/25"), (), 1)
    near = Vendor("Near", "n", "n@example.com", date(2027, 1, 31), ("192.0.2.7/32",), ("444455556666",), 2)
    gone = Vendor("Gone", "g", "g@example.com", date(2026, 1, 31), ("192.0.2.0/24",), ("444455556666",), 3)
    all_of_them = team(vendors=(wide, near, gone))
    assert vendors_of(all_of_them, "192.0.2.7", AT) == ((near, wide), (gone,))
    assert vendors_of(all_of_them, "444455556666", AT) == ((near,), (gone,))
    assert vendors_of(all_of_them, "111122223333", AT) == ((), ())
    assert vendors_of(all_of_them, "198.51.100.1", AT) == ((), ())


def test_own_accounts() -> None:
    """An account of the file is given by its id, another is not."""
    own = OwnAccount("012345678901", "logs", "", 1)
    assert accounts_of(team(accounts=(own,)), "012345678901") == (own,)
    assert accounts_of(team(accounts=(own,)), "12345678901") == ()


def leave(**changes: object) -> AuthorisedTest:
    """Give leave to test for two days from one network."""
    begin = datetime(2026, 9, 1, 8, tzinfo=UTC)
    end = begin + timedelta(days=2)
    made = AuthorisedTest("Erika", "SEC-1", "test", begin, end, ("192.0.2.0/24",), ("444455556666",), (), 1)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first_h", "last_h", "covers"),
    [
        (0, 48, True),
        (1, 2, True),
        (5, 5, True),
        (-1, 48, False),
        (0, 49, False),
        (-5, 100, False),
        (-5, 0, False),
        (48, 60, False),
        (-5, -1, None),
        (49, 60, None),
    ],
)
def test_time_of_leave(first_h: int, last_h: int, covers: bool | None) -> None:
    """Leave covers calls wholly, in part, or, where it begins later or ended before, not at all."""
    one = leave()
    first_at, last_at = (one.from_at + timedelta(hours=hours) for hours in (first_h, last_h))
    expected = () if covers is None else ((one, covers),)
    assert leave_for(team(tests=(one,)), "192.0.2.9", "shop-web", first_at, last_at) == expected


@pytest.mark.parametrize(
    ("source", "role", "roles", "found"),
    [
        ("192.0.2.9", "shop-web", (), True),
        ("444455556666", "shop-web", (), True),
        ("192.0.2.9", None, (), True),
        ("192.0.2.9", "Shop-Web", ("other", "shop-web"), True),
        ("192.0.2.9", "shop", ("shop-web",), False),
        ("192.0.2.9", None, ("shop-web",), False),
        ("198.51.100.1", "shop-web", (), False),
        ("111122223333", "shop-web", (), False),
        ("AWS Internal", "shop-web", (), False),
    ],
)
def test_place_and_role_of_leave(source: str, role: str | None, roles: tuple[str, ...], found: bool) -> None:
    """Leave holds for its networks and accounts and for its roles; leave for some roles covers no unknown one."""
    assert bool(leave_for(team(tests=(leave(roles=roles),)), source, role, AT, AT)) is found


def test_whole_leave_comes_first() -> None:
    """Leave that covers all calls comes before leave that covers a part."""
    part, whole = leave(until_at=AT), leave(by="Max")
    found = leave_for(team(tests=(part, whole)), "192.0.2.9", None, AT, AT + timedelta(hours=1))
    assert found == ((whole, True), (part, False))


def test_calls_that_end_before_they_begin() -> None:
    """A last call before the first is a mistake of the caller's."""
    with pytest.raises(ValueError, match="before the first"):
        leave_for(team(), "192.0.2.9", None, AT, AT - timedelta(seconds=1))


def test_one_address_against_many_networks() -> None:
    """A single address is held against 500 networks in milliseconds."""
    many = team(networks=tuple(network(f"10.{number // 250}.{number % 250}.0/24") for number in range(500)))
    networks_of(many, "10.1.7.9", AT)
    started = time.perf_counter()
    for _ in range(20):
        assert len(networks_of(many, "10.1.7.9", AT)[0]) == 1
    assert time.perf_counter() - started < 1
