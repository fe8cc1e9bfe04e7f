"""Single values of a team's file: one spelling for what is right, a reason and a way out for what is not."""

from __future__ import annotations

import ipaddress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.origin.team_values import BadValueError, account_id, cidr, day, instant, role_name, weight, words
from gdkit.origin.team_yaml import Scalar

READERS = (words, cidr, account_id, day, instant, role_name, weight)


def plain(text: str) -> Scalar:
    """Give a value without quotes."""
    return Scalar(text, 1, True)


def in_quotes(text: str) -> Scalar:
    """Give a value in quotes."""
    return Scalar(text, 1, False)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2001:DB8:0:12::/64", "2001:db8:0:12::/64"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("2a00::/19", "2a00::/19"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
    ],
)
def test_networks(text: str, network: str) -> None:
    """A network is given in its one spelling, IPv4 inside IPv6 as IPv4."""
    assert cidr(plain(text)) == network


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("203.0.113.5/24", "write 203.0.113.0/24 for the network, or 203.0.113.5/32 for one address"),
        ("2001:db8::1/48", "write 2001:db8::/48 for the network, or 2001:db8::1/128 for one address"),
        ("::ffff:203.0.113.5/120", "write 203.0.113.0/24 for the network, or 203.0.113.5/32 for one address"),
    ],
)
def test_host_bits(text: str, meant: str) -> None:
    """A network with bits set beyond its length is refused, and the network meant is named."""
    with pytest.raises(BadValueError, match="bits set beyond its length") as caught:
        cidr(plain(text))
    assert caught.value.action == meant


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "::/0", "10.0.0.0/7", "128.0.0.0/1", "2a00::/18", "::ffff:0:0/96", "::ffff:0.0.0.0/103"]
)
def test_broad_networks(text: str) -> None:
    """What is broader than one organisation's network is refused, the whole internet among it."""
    with pytest.raises(BadValueError, match="too broad to prove whose it is"):
        cidr(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "office", "203.0.113.0/33", "203.0.113.0/", "203.0.113/24", "203.0.113.0-203.0.113.9", "203.0.113.0 /24",
        "203.0.113.0/255.255.255.0", "203.0.113.0/0.0.0.255", "203.000.113.0/24", "fe80::%eth0/64", "::/129",
        "203.0.113.0/²4", "203.0.113.0/-8", "3405803776", "203.0.113.0/24/24",
    ],
)  # fmt: skip
def test_no_networks(text: str) -> None:
    """Text that is no network in the one form that all read alike is refused."""
    with pytest.raises(BadValueError, match="is no network"):
        cidr(plain(text))


@given(st.ip_addresses(), st.integers(min_value=0, max_value=128))
def test_networks_keep_what_they_hold(address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int) -> None:
    """Any network that is taken is the one that was written; what is refused is broad, or no network."""
    length = min(length, address.max_prefixlen)
    network = ipaddress.ip_network((address, length), strict=False)
    broad = length < (8 if address.version == 4 else 19)
    try:
        given_back = ipaddress.ip_network(cidr(plain(str(network))))
    except BadValueError as error:
        assert broad or "::ffff:" in str(network), error.problem
    else:
        assert not broad
        assert given_back == network or given_back.version == 4


@pytest.mark.parametrize("value", [plain("111122223333"), in_quotes("111122223333"), in_quotes("012345678901")])
def test_accounts(value: Scalar) -> None:
    """An account id of twelve digits is taken; one that begins with 0, in quotes."""
    assert account_id(value) == value.text


@pytest.mark.parametrize("text", ["012345678901", "012345670123", "000000000001"])
def test_accounts_that_yaml_would_change(text: str) -> None:
    """An id that begins with 0 and has no quotes is refused, octal or not, and shown in quotes."""
    with pytest.raises(BadValueError, match="begins with 0 and has no quotes") as caught:
        account_id(plain(text))
    assert caught.value.action == f'put it in quotes: "{text}"'


def test_accounts_that_lost_zeros() -> None:
    """An id that is too short is refused, with the zeros that were perhaps lost."""
    with pytest.raises(BadValueError, match="has 11 digits, an account id has 12") as caught:
        account_id(plain("12345678901"))
    assert '"012345678901"' in caught.value.action


@pytest.mark.parametrize("text", ["", "1111-2222-3333", "1111222233334", "shop", "1.11122223333e+11", "\uff11" * 12])
def test_no_accounts(text: str) -> None:
    """Text that is no account id is refused; digits of other scripts are none."""
    with pytest.raises(BadValueError, match="is no AWS account id"):
        account_id(in_quotes(text))


def test_days() -> None:
    """A date is a date, with quotes or without."""
    assert day(plain("2027-01-31")) == day(in_quotes("2027-01-31")) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2027-02-30", "is no day of the calendar"),
        ("0000-01-01", "is no day of the calendar"),
        ("2027-1-31", "is no date"),
        ("31.01.2027", "is no date"),
        ("01/31/2027", "is no date"),
        ("20270131", "is no date"),
        ("2027-W05-1", "is no date"),
        ("never", "is no date"),
        ("2027-01-31T00:00:00Z", "has a time"),
        ("2027-01-31 12:00", "has a time"),
    ],
)
def test_no_days(text: str, problem: str) -> None:
    """What is no date, or has a time, is refused with the form that is wanted."""
    with pytest.raises(BadValueError, match=problem) as caught:
        day(plain(text))
    assert "2027-01-31" in caught.value.action


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01T08:00:00Z", "2026-09-01T08:00Z", "2026-09-01 08:00:00Z", "2026-09-01 08:00:00 Z",
        "2026-09-01T10:00:00+02:00", "2026-09-01 10:00 +02:00", "2026-09-01t08:00:00z", "2026-09-01T08:00:00.000Z",
        "2026-09-01  01:30:00.0 -06:30",
    ],
)  # fmt: skip
def test_instants(text: str) -> None:
    """An instant is given aware and in UTC, in whichever zone it was written."""
    found = instant(plain(text))
    assert found == datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-09-01", "has no time"),
        ("2026-09-01T08:00:00", "does not say in which zone"),
        ("2026-09-01 08:00", "does not say in which zone"),
        ("2026-09-01T25:00:00Z", "is no instant of the calendar"),
        ("2026-13-01T08:00:00Z", "is no instant of the calendar"),
        ("9999-12-31T23:59:59-05:00", "is no instant of the calendar"),
        ("0001-01-01T00:00:00+05:00", "is no instant of the calendar"),
        ("2026-09-01T08:00:00+99:00", "is no instant of the calendar"),
        ("20260901T080000Z", "is no instant"),
        ("2026-09-01T08Z", "is no instant"),
        ("2026-09-01T08:00:00 CEST", "is no instant"),
        ("1788249600", "is no instant"),
        ("", "is no instant"),
    ],
)
def test_no_instants(text: str, problem: str) -> None:
    """What has no zone, no time, or is on no calendar is refused."""
    with pytest.raises(BadValueError, match=problem):
        instant(plain(text))


def test_role_names() -> None:
    """A role's name is taken as it stands."""
    assert role_name(plain("Shop_web+a=b,c.d@e-f")) == "Shop_web+a=b,c.d@e-f"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("arn:aws:iam::111122223333:role/app/shop-web", "write shop-web"),
        ("app/shop-web", "write the name alone"),
        ("shop-*", "no wildcards"),
        ("", "write the name alone"),
        ("x" * 65, "write the name alone"),
        ("röle", "write the name alone"),
        (f"arn:aws:iam::111122223333:role/{'x' * 65}", "write the name alone"),
    ],
)
def test_no_role_names(text: str, action: str) -> None:
    """A path, an ARN or a pattern is refused; of an ARN the name in it is given."""
    with pytest.raises(BadValueError, match="is no role's name") as caught:
        role_name(plain(text))
    assert action in caught.value.action


def test_weights() -> None:
    """A weight is one digit."""
    assert [weight(plain(text)) for text in "0123456789"] == list(range(10))


@pytest.mark.parametrize(
    "value", [plain("10"), plain("-1"), plain("1.0"), plain("yes"), plain("²"), plain("05"), plain(""), in_quotes("5")]
)
def test_no_weights(value: Scalar) -> None:
    """Whatever is not a whole number from 0 to 9 is refused, a text in quotes among it."""
    with pytest.raises(BadValueError, match="is no weight"):
        weight(value)


def test_words() -> None:
    """A text is given on one line, numbers and the word no as they stand."""
    assert words(plain("4711")) == "4711"
    assert words(plain("no")) == "no"
    assert words(in_quotes("office\n  Berlin\t2 ")) == "office Berlin 2"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" \n ", "is empty"),
        ("x" * 501, "longer than 500"),
        ("a\x1b[31mb", "cannot be shown"),
        ("a\u202eb", "cannot be shown"),
        ("a\ud800b", "cannot be shown"),
    ],
)
def test_no_words(text: str, problem: str) -> None:
    """An empty text, one that is too long, and one with what cannot be shown are refused."""
    with pytest.raises(BadValueError, match=problem):
        words(in_quotes(text))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@given(text=st.text(max_size=700), bare=st.booleans())
def test_messages_are_safe(reader: object, text: str, bare: bool) -> None:
    """Any text is read, or refused in words that are short and can be shown."""
    assert callable(reader)
    try:
        reader(Scalar(text, 1, bare))
    except BadValueError as error:
        assert f"{error.problem}{error.action}".isprintable()
        assert len(error.problem) < 450
