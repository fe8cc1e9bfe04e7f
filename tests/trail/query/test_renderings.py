"""One question rendered for each sort of table: what it asks for, in which dialect, and what the table lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from gdkit.aws.select_only import is_one_select, with_quoted_store
from gdkit.errors import TrailError
from gdkit.trail.fetched import Question
from gdkit.trail.query.checked import checked, checked_whole
from gdkit.trail.query.lake import LONGEST, lake_rendering
from gdkit.trail.query.ocsf import ocsf_rendering
from gdkit.trail.query.raw import RECORD, raw_rendering
from gdkit.trail.query.rendering import Rendering
from tests.trail.query.tables import (
    ACCOUNT,
    INSTANCE,
    KEY,
    PRINCIPAL,
    UNTIL,
    WITHOUT_COLUMN,
    aws_table,
    lake_table,
    question,
    trail_table,
)

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

STORE = "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f"
DAY = {"projection.enabled": "true", "projection.timestamp.type": "date",
       "projection.timestamp.format": "yyyy/MM/dd", "projection.timestamp.range": "2020/01/01,NOW"}  # fmt: skip
TABLES = {
    "trail": trail_table(),
    "aws": aws_table(("timestamp", "string"), parameters=DAY),
    "lake 1": lake_table(1),
    "lake 2": lake_table(2),
}
RENDERINGS = {
    "trail": raw_rendering(TABLES["trail"]),
    "aws": raw_rendering(TABLES["aws"]),
    "lake 1": ocsf_rendering(TABLES["lake 1"]),
    "lake 2": ocsf_rendering(TABLES["lake 2"]),
    "store": lake_rendering(STORE),
}


def parsed(statement: str, dialect: str) -> Expr:
    """Parse one statement in a dialect."""
    (found,) = parse(with_quoted_store(statement), dialect=dialect)
    assert found is not None
    return found


def literals(tree: Expr) -> set[str]:
    """Give every text that a statement holds as a literal."""
    return {one.name for one in tree.find_all(exp.Literal) if one.is_string}


@pytest.mark.parametrize("dialect", ["athena", "trino"])
@pytest.mark.parametrize("sort", RENDERINGS)
def test_parsed_in_the_engines_dialects(sort: str, dialect: str) -> None:
    """Every rendering is one SELECT in Trino's and Athena's dialect, and says the same after it was parsed."""
    rendering = RENDERINGS[sort]
    for asked in (question(), question(account_ids=(ACCOUNT,), regions=("eu-west-1",)), bare()):
        statement = rendering.statement(asked)
        assert is_one_select(statement)
        tree = parsed(statement, dialect)
        assert parsed(tree.sql(dialect=dialect), dialect) == tree


def bare() -> Question:
    """Give a question that names nobody: all events of its span."""
    return Question(UNTIL - timedelta(hours=1), UNTIL)


@pytest.mark.parametrize("sort", TABLES)
def test_types_fit(sort: str) -> None:
    """Every column is one of the table's, and only values of one type are compared: Trino turns none into another."""
    table, rendering = TABLES[sort], RENDERINGS[sort]
    schema = {"logs": {table.name: dict(table.columns)}}
    tree = parsed(rendering.statement(question(account_ids=(ACCOUNT,), regions=("eu-west-1",))), "trino")
    annotated = annotate_types(qualify(tree, schema=schema, dialect="trino"), schema=schema, dialect="trino")
    text = {*exp.DataType.TEXT_TYPES}
    compared = 0
    for node in annotated.find_all(exp.EQ, exp.Like, exp.In, exp.Between, exp.GTE, exp.LTE):
        others = [*node.args.get("expressions", []), *(node.args.get(name) for name in ("expression", "low", "high"))]
        for other in filter(None, others):
            kinds = {node.this.type.this, other.type.this}
            assert kinds <= text or len(kinds) == 1 or kinds <= {*exp.DataType.INTEGER_TYPES}, node.sql()
            compared += 1
    assert compared > 8


@pytest.mark.parametrize("sort", RENDERINGS)
def test_identifiers_and_bounds(sort: str) -> None:
    """A query names the key, the principal, the session, the instance and the address, and bounds the time."""
    said = literals(parsed(RENDERINGS[sort].statement(question()), "trino"))
    assert {KEY, PRINCIPAL, f"%:{INSTANCE}", f"%/{INSTANCE}", INSTANCE, "198.51.100.7"} <= said
    assert RENDERINGS[sort].places(question())


def test_no_statement_without_a_bound() -> None:
    """A rendering whose table gives no bound makes no statement at all: it would read everything."""
    made = RENDERINGS["trail"]
    unbounded = Rendering(made.table, made.shown, made.named, lambda _: ())
    with pytest.raises(ValueError, match="without a bound"):
        unbounded.statement(question())


def test_security_lake_by_version() -> None:
    """Version 1 is pruned by the day's partition, version 2 by the event's time, of which its partitions are made."""
    first = RENDERINGS["lake 1"].statement(question(account_ids=(ACCOUNT,)))
    assert "\"eventday\" BETWEEN '20261101' AND '20261104'" in first
    assert "\"accountid\" = '111122223333'" in first
    second = RENDERINGS["lake 2"].statement(question(regions=("eu-west-1",)))
    assert "\"time_dt\" >= CAST('2026-11-01 12:00:00' AS TIMESTAMP)" in second
    assert "\"region\" = 'eu-west-1'" in second
    assert '"actor"."user"."uid_alt" =' in second, "the principal of version 2"
    assert '"actor"."user"."uid" =' in first, "the principal of version 1"


def test_lake_as_its_documentation_writes() -> None:
    """CloudTrail Lake is asked from the store's id without quotes, between two times, for the whole record."""
    statement = RENDERINGS["store"].statement(question())
    assert f" FROM {STORE} WHERE eventTime >= '2026-11-01 12:00:00' AND eventTime <= " in statement
    assert statement.startswith("SELECT eventJson AS c0 FROM ")
    with pytest.raises(ValueError, match="hexadecimal"):
        lake_rendering("x; DROP TABLE y")


@pytest.mark.parametrize("name", RENDERINGS)
def test_zone_of_the_question(name: str) -> None:
    """The same instants, told in another zone, are asked for by the same statement."""
    east, asked = timezone(timedelta(hours=13)), question()
    told = replace(asked, since=asked.since.astimezone(east), until=asked.until.astimezone(east))
    assert RENDERINGS[name].statement(told) == RENDERINGS[name].statement(asked)


def test_what_a_table_lacks() -> None:
    """Fields that a table has no column for are named."""
    assert RENDERINGS["trail"].lacking == WITHOUT_COLUMN
    assert set(RENDERINGS["aws"].lacking) == {
        *WITHOUT_COLUMN, "managementEvent", "vpcEndpointAccountId", "userIdentity.identityProvider",
        "userIdentity.sessionContext.sourceIdentity", "userIdentity.inScopeOf.issuerType",
        "userIdentity.inScopeOf.sourceArn", "userIdentity.inScopeOf.sourceAccount",
        "userIdentity.sessionContext.webIdFederationData.federatedProvider",
        "userIdentity.sessionContext.webIdFederationData.attributes",
        "userIdentity.inScopeOf.credentialsIssuedTo", "userIdentity.onBehalfOf.userId",
        "userIdentity.onBehalfOf.identityStoreArn",
    }  # fmt: skip
    assert RENDERINGS["lake 1"].lacking == RENDERINGS["lake 2"].lacking == ()
    assert len(RECORD) == len(set(RECORD))


def test_wrong_tables() -> None:
    """A table that holds something else is refused, with the columns that it lacks."""
    table = TABLES["aws"]
    columns = {name: kind for name, kind in table.columns.items() if name not in ("eventid", "eventtime")}
    with pytest.raises(TrailError, match="no column eventid, eventtime") as refused:
        raw_rendering(replace(table, columns=columns))
    assert "logs.trail" in str(refused.value)
    with pytest.raises(TrailError, match="no CloudTrail events in OCSF"):
        ocsf_rendering(table)


def test_long_questions_are_split() -> None:
    """A question with more identifiers than a statement may have letters becomes several, which ask for all of them."""
    keys = tuple(f"ASIAEXAMPLEKEY{number:06d}" for number in range(400))
    rendering = RENDERINGS["store"]
    statements = list(rendering.statements(question(access_key_ids=keys)))
    assert len(statements) > 1
    assert all(len(one) <= LONGEST for one in statements)
    said = [literals(parsed(one, "trino")) for one in statements]
    assert set(keys) <= set().union(*said)
    assert sum(INSTANCE in one for one in said) == 1, "the session is asked for once"
    assert list(rendering.statements(question())) == [rendering.statement(question())]


@cache
def usual_form(rendering_number: int) -> list[type]:
    """Give the sorts of the nodes of a usual question's statement."""
    rendering = list(RENDERINGS.values())[rendering_number]
    tree = parsed(rendering.statement(question(session_names=("some-name",))), "trino")
    return [type(node) for node in tree.walk()]


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=40))
def test_hostile_text_stays_a_literal(text: str) -> None:
    """Whatever text stands for an identifier, the statement is one SELECT of the same form, the text a value in it."""
    asked = question(access_key_ids=(text,), principal_ids=(text,), session_names=(text,), addresses=(text,))
    for number, rendering in enumerate(RENDERINGS.values()):
        tree = parsed(rendering.statement(asked), "trino")
        assert isinstance(tree, exp.Select)
        assert text in literals(tree)
        assert [type(node) for node in tree.walk()] == usual_form(number)


@given(st.text(max_size=60))
def test_only_identifiers_pass(text: str) -> None:
    """Text that is no key, principal, session name, address, account or region never reaches a query; it is named."""
    asked = question(access_key_ids=(KEY, text), addresses=(text, "198.51.100.7"), account_ids=(text, ACCOUNT),
                     regions=(text, "eu-west-1"))  # fmt: skip
    proper, gaps = checked(asked)
    assert proper is not None
    kept = {*proper.access_key_ids, *proper.addresses, *proper.account_ids, *proper.regions}
    assert kept >= {KEY, "198.51.100.7", ACCOUNT, "eu-west-1"}
    assert len(gaps) >= 3, "no text is of more than one of these forms"
    assert all(gap.failed for gap in gaps)
    for letter in "'\";\\\n":
        if letter in text:
            assert text not in kept


NOBODY: dict[str, Any] = {"access_key_ids": (), "principal_ids": (), "session_names": (), "instance_id": None,
                          "addresses": ()}  # fmt: skip


@pytest.mark.parametrize("odd", [
    NOBODY | {"principal_ids": ("x' OR 1=1 --",)}, NOBODY | {"session_names": ("a b",)},
    NOBODY | {"access_key_ids": ("key",)}, NOBODY | {"addresses": ("here",)}, NOBODY | {"instance_id": "i-1"},
    {"account_ids": ("mine",)}, {"regions": ("every where",)},
])  # fmt: skip
def test_never_more_than_was_asked(odd: dict[str, Any]) -> None:
    """Where nothing is left of whom a question names, or of its places, it is refused, with what was wrong with it."""
    proper, gaps = checked(question(**odd))
    assert proper is None
    assert len(gaps) == 1
    with pytest.raises(TrailError, match="nothing was asked") as refused:
        checked_whole(question(**odd))
    assert gaps[0].what in refused.value.problem


def test_everybody_may_be_asked_for() -> None:
    """A question that names nobody from the first stays one."""
    assert checked_whole(question(**NOBODY)) == (question(**NOBODY), ())


def test_checked_keeps_what_is_right() -> None:
    """A question of proper identifiers stays as it is; an odd instance id is left out and named."""
    assert checked(question()) == (question(), ())
    proper, gaps = checked_whole(question(instance_id="i-'; DROP TABLE x", session_names=("x y", INSTANCE)))
    assert (proper.instance_id, proper.session_names) == (None, (INSTANCE,))
    assert [gap.what for gap in gaps] == ["events that name the session name 'x y'",
                                          "events that name the instance \"i-'; DROP TABLE x\""]  # fmt: skip
