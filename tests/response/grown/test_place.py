"""Where a grown thing is, and what a step may be told of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import ResponseError
from gdkit.response.catalogue import MODULES, STEPS
from gdkit.response.grown import place
from gdkit.response.permissions import filled, responder_policy
from gdkit.response.step import Target

HOME, OTHER = "111122223333", "444455556666"
GROWN = [name for name, module in MODULES.items() if module.startswith("grown.")]


def target(**options: str) -> Target:
    """Give a target with options."""
    return Target("case", "aws", HOME, "eu-west-1", datetime(2026, 1, 1, tzinfo=UTC), options=options)


def test_the_case_unless_told() -> None:
    """A step acts in the case's account and region, unless it is told others; calls and policies say the same."""
    here, there = target(account="", region=""), target(account=OTHER, region="us-east-1")
    assert (place.account_of(here), place.region_of(here)) == (HOME, "eu-west-1")
    assert (place.account_of(there), place.region_of(there)) == (OTHER, "us-east-1")
    call = place.action(there, "ec2", "StopInstances", {}, "Stop it")
    assert (call.account_id, call.region) == (OTHER, "us-east-1")
    arn = "{region}/{account_id}"
    assert (filled(arn, here), filled(arn, there)) == (f"eu-west-1/{HOME}", f"us-east-1/{OTHER}")


@pytest.mark.parametrize(("name", "value"), [
    ("account", "11112222333"), ("account", "11112222333\n"), ("region", "eu-west"), ("user", "a b"), ("role", "a/b"),
    ("key", "AKIA"), ("policy-arn", "arn:aws:iam::aws:role/x"), ("instance", "i-xyz"), ("function", "f:1"),
    ("rule", "*"), ("snapshot", "vol-01234567"), ("image", "ami-"), ("shared-with", "ALL"), ("group", "sg-1"),
    ("rules", "sgr-0123456789abcdef0;x"), ("bus", ""),
])  # fmt: skip
def test_wrong_forms(name: str, value: str) -> None:
    """Text that cannot be what an option names is refused before anything is read; nothing told is no error here."""
    if not value:
        assert place.told(target(**{name: value}), name) == ""
        return
    with pytest.raises(ResponseError, match=f"cannot be the option {name}"):
        place.told(target(**{name: value}), name)


@given(st.text(), st.sampled_from(sorted(place._FORMS)))
def test_any_text(value: str, name: str) -> None:
    """Whatever is told, it is taken whole and in plain letters, or refused."""
    try:
        kept = place.told(target(**{name: value}), name)
    except ResponseError:
        return
    assert kept == value
    assert value.isascii()
    assert not set(value) & set("\n\r\x00\"'<>{}*")


@pytest.mark.parametrize("name", GROWN)
def test_least_resources(name: str) -> None:
    """No step of this folder may write to everything: each writing need names its resource, and only whole actions."""
    for need in STEPS[name].needs:
        assert "*" not in need.action
        if need.writes:
            assert need.resource.startswith("arn:{partition}:")
            assert "{" in need.resource.partition(":{partition}:")[2]


def test_nothing_is_destroyed() -> None:
    """The only deletions that these steps may do take back what gdkit itself put there."""
    written = {action for name in GROWN for action in STEPS[name].operations}
    harmful = ("Delete", "Terminate", "Deregister", "Remove", "Release", "Cancel")
    assert {action for action in written if action.partition(":")[2].startswith(harmful)} == {
        "iam:DeleteUserPolicy", "iam:DeleteRolePolicy", "lambda:DeleteFunctionConcurrency"
    }  # fmt: skip


@pytest.mark.parametrize("name", GROWN)
def test_policy_names_the_thing(name: str) -> None:
    """The policy for one case holds the thing that was told, and no capital letters that are to be filled in."""
    told = {option.name: f"{option.name}-told" for option in STEPS[name].options} | {
        "account": OTHER,
        "region": "us-east-1",
    }
    text = str(responder_policy([STEPS[name]], target(**told)))
    assert OTHER in text or "::snapshot" in text or "::image" in text
    assert not any(word in text for word in ("ACCOUNT", "REGION", "ROLE-NAME", "PARTITION"))
    first = STEPS[name].options[0].name
    assert f"{first if name != 'detach-policy' else 'name'}-told" in text
