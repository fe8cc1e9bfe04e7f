"""A trust policy without one principal: nobody else loses anything, and nobody new gets in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdkit.errors import ResponseError
from gdkit.response.grown.trust import principals_in, without_principal
from tests.response.grown.made import OUTSIDER, lets_in, trust

THIEF, ROOT = "999988887777", "arn:aws:iam::999988887777:root"
NAMES = st.sampled_from(["*", ROOT, THIEF, "111122223333", "arn:aws:iam::111122223333:role/a", "AIDAEXAMPLE"])
STATEMENTS = st.lists(
    st.builds(
        lambda names, effect, many: {"Effect": effect, "Principal": {"AWS": names if many else names[0]},
                                     "Action": "sts:AssumeRole"},
        st.lists(NAMES, min_size=1, max_size=3, unique=True), st.sampled_from(["Allow", "Deny"]), st.booleans(),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def plain(principals: tuple[str, ...]) -> set[str]:
    """Give principals with an account's root and its id as one."""
    return {THIEF if one == ROOT else one for one in principals}


@given(STATEMENTS, NAMES)
def test_only_this_principal_goes(statements: list[dict[str, object]], principal: str) -> None:
    """Whatever the policy, the principal is let in no more, all others as before, and what is denied stays denied."""
    text = trust(*statements)
    before, gone = plain(principals_in(text)), plain((principal,))
    try:
        after = without_principal(text, principal)
    except ResponseError:
        assert before == gone
        assert all(one["Effect"] == "Allow" for one in statements)
        return
    assert plain(principals_in(after)) == before - gone
    assert [one for one in json.loads(after)["Statement"] if one["Effect"] == "Deny"] == [
        one for one in statements if one["Effect"] == "Deny"
    ]
    assert (after == text) == (not before & gone)


def test_statement_of_nobody_else_goes() -> None:
    """A statement that lets in the thief alone goes with its conditions; the others keep their order and words."""
    ours = lets_in("111122223333", sid="Ours") | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    theirs = lets_in(OUTSIDER, sid="Support")
    assert json.loads(without_principal(trust(theirs, ours), ROOT))["Statement"] == [ours]


def test_kinds_of_principals() -> None:
    """Services and providers in the same statement stay; a bare star is a principal."""
    mixed = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com", "AWS": [ROOT]},
        "Action": "sts:AssumeRole",
    }
    left = json.loads(without_principal(trust(mixed), THIEF))["Statement"][0]["Principal"]
    assert left == {"Service": "ec2.amazonaws.com"}
    star = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    assert json.loads(without_principal(trust(star, mixed), "*"))["Statement"] == [mixed]
    single = json.dumps({"Version": "2012-10-17", "Statement": mixed})
    assert principals_in(without_principal(single, "ec2.amazonaws.com")) == (ROOT,)


def test_nobody_left() -> None:
    """A policy of which nothing is left is refused, with what to do instead."""
    with pytest.raises(ResponseError, match="IAM takes no empty one") as refused:
        without_principal(trust(lets_in(OUTSIDER)), ROOT)
    assert "deny-made-role" in str(refused.value.action)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Statement": [1]}', '{"Statement": [{"Principal": "*"}]}'])
def test_not_a_policy(text: str) -> None:
    """What is no trust policy is refused, and lets nobody in."""
    assert principals_in(text) == ()
    with pytest.raises(ResponseError, match="cannot be read"):
        without_principal(text, "*")
