"""The score, by values alone: what earns points, what costs them, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gdkit.training.catalogue import SITUATIONS, awards, costs
from gdkit.training.model import Course, Machine, Rule, Score, Situation, Standing, Thing, Tried, Truth
from gdkit.training.score import NOBODY_DECIDED, Played, cut_off, score

BEGUN = datetime(2026, 11, 2, 3, 12, tzinfo=UTC)
SOON, LATE = BEGUN + timedelta(minutes=20), BEGUN + timedelta(minutes=50)
THIEF = (Tried("the stolen key", "thief", "in use", (), ("s3:ListBuckets AccessDenied",)),
         Tried("the next key", "thief", "next", (), ("no credential is given to it",)))  # fmt: skip
FREE = tuple(replace(one, passed=("s3:ListBuckets",), refused=()) for one in THIEF)
USER = Tried("user svc-backup", "grown", "in use", (), ("iam:ListUsers InvalidClientTokenId",))
LAUNCHED = Machine("instance (i-0ccc)", "grown", "stopped")
SIBLINGS = tuple(Tried(f"shop-web ({name})", "bystander", when, ("s3:GetObject",), ())
                 for name in ("i-0bbb", "i-0ddd") for when in ("in use", "next"))  # fmt: skip
THEFT = Truth("theft", "a theft", "malicious", {
    "instance": (Thing("instance i-0aaa", ("i-0aaa",)),),
    "role": (Thing("role shop-web", ("shop-web", "aroaexample")),),
    "addresses": (Thing("198.51.100.1", ("198.51.100.1",)), Thing("203.0.113.2", ("203.0.113.2",))),
    "grown": tuple(Thing(name, (name,)) for name in ("svc-backup", "akiaone", "reporting", "i-0ccc")),
    "metadata_version": (Thing("version 1.0", ("1.0",)),),
    "opened_by": (Thing("deploy-bot", ("deploy-bot",)),),
    "contain": (Thing("this session", ("this session",)),),
}, {"addresses": ("10.0.0.9",), "grown": ("maintenance",)})  # fmt: skip
HARMLESS = Truth("onprem", "nothing was stolen", "benign", {"instance": THEFT.expected["instance"],
                                                            "role": THEFT.expected["role"]})  # fmt: skip
ANSWERS = {
    "instance": ("i-0aaa",), "role": ("shop-web",), "addresses": ("198.51.100.1", "203.0.113.2"),
    "users": ("svc-backup",), "keys": ("AKIAONE",), "roles": ("reporting",), "instances": ("i-0ccc",),
    "metadata_version": ("1.0",), "opened_by": ("deploy-bot",), "contain": ("this session",),
}  # fmt: skip
NOTHING_THERE = {**dict.fromkeys(ANSWERS, ()), "instance": ("i-0aaa",), "role": ("shop-web",)}
PERFECT = Played(THEFT, ANSWERS, Course(BEGUN, "malicious", SOON, SOON),
                 Standing((*THIEF, USER, *SIBLINGS), (LAUNCHED,)))  # fmt: skip
TRUSTED = Played(HARMLESS, NOTHING_THERE, Course(BEGUN, "benign", SOON, None, SOON),
                 Standing(SIBLINGS, rules=(Rule("vpn", True, False),)))  # fmt: skip
QUIET = replace(TRUSTED, truth=replace(HARMLESS, scenario="quiet", situation="quiet"), standing=Standing(SIBLINGS))


def points(found: Score) -> dict[str, int]:
    """Give the points by name of the row."""
    return {row.name: row.points for row in found.rows}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_adds_up(situation: Situation) -> None:
    """Whatever happened, a hundred points can be earned, and each row of the table says why it is there."""
    assert sum(award.points.get(situation, 0) for award in awards()) == 100
    assert all(row.why and row.what for row in (*awards(), *costs().values()))


@pytest.mark.parametrize("played", [PERFECT, TRUSTED, QUIET], ids=["theft", "trusted", "quiet"])
def test_perfect(played: Played) -> None:
    """Everything right and in time earns all points, and nothing is said to be missed or wrong."""
    found = score(played)
    assert found.total == 100
    assert [row.name for row in found.rows if row.points != row.of or row.missed or row.wrong] == []


def test_all_wrong() -> None:
    """Wrong names, the wrong verdict, a free thief and bystanders cut off earn nothing, and never less than that."""
    wrong = {**dict.fromkeys(ANSWERS, ("shop-db",)), "metadata_version": ("2.0",), "contain": ("the whole role",)}
    lost = tuple(replace(one, passed=(), refused=("s3:GetObject AccessDenied",)) for one in SIBLINGS)
    found = score(Played(THEFT, wrong, Course(BEGUN, "benign", SOON, None, SOON, ("whose", "where")),
                         Standing((*FREE, replace(USER, passed=("iam:ListUsers",), refused=()), *lost),
                                  (replace(LAUNCHED, became=""),), (Rule("wide", True, True),))))  # fmt: skip
    assert found.total == 0
    assert all(row.points <= 0 for row in found.rows)
    assert points(found) | {"hint": -4, "cut_off": -20, "hid_theft": -15} == points(found)


def test_nothing_done() -> None:
    """Who answers nothing and does nothing earns nothing; everything that was to be named is missed."""
    found = score(Played(THEFT, {}, Course(BEGUN), Standing((*FREE, *SIBLINGS))))
    assert found.total == 0
    named = next(row for row in found.rows if row.name == "grown")
    assert (named.said, len(named.missed)) == ("not answered", 4)


def test_nothing_done_where_nothing_is_wrong() -> None:
    """Where nothing is wrong, doing nothing earns nothing until somebody has decided that nothing is wrong."""
    found = score(replace(QUIET, answers={}, course=Course(BEGUN)))
    assert found.total == 0
    assert NOBODY_DECIDED in [row.said for row in found.rows]


def test_part_of_the_names() -> None:
    """One of two addresses earns half; a stranger's beside it takes that back, one that is shared does not."""
    half = score(replace(PERFECT, answers={**ANSWERS, "addresses": ("198.51.100.1", "10.0.0.9")}))
    row = next(row for row in half.rows if row.name == "addresses")
    assert (row.points, row.found, row.missed, row.wrong) == (5, ("198.51.100.1",), ("203.0.113.2",), ())
    spoilt = score(replace(PERFECT, answers={**ANSWERS, "addresses": ("198.51.100.1", "8.8.8.8")}))
    row = next(row for row in spoilt.rows if row.name == "addresses")
    assert (row.points, row.wrong) == (0, ("8.8.8.8",))


def test_names_of_what_grew_count_together() -> None:
    """A thing counts under whichever question it was named, and what else the thief made is not wrong."""
    answers = {**ANSWERS, "users": ("svc-backup", "i-0ccc", "maintenance"), "instances": ()}
    assert points(score(replace(PERFECT, answers=answers)))["grown"] == 10


def test_open_question_is_no_none() -> None:
    """``none`` where there is nothing earns the points, a question that was left open does not."""
    open_ = {name: answer for name, answer in NOTHING_THERE.items() if name != "addresses"}
    assert points(score(replace(TRUSTED, answers=open_)))["addresses"] == 0
    wrong = score(replace(TRUSTED, answers={**NOTHING_THERE, "addresses": ("192.0.2.9",)}))
    assert points(wrong)["addresses"] == 0


def test_whole_role_denied() -> None:
    """Who denies the whole role stops the thief, and is told by name whom he cut off."""
    lost = tuple(replace(one, passed=(), refused=("s3:GetObject AccessDenied",)) for one in SIBLINGS)
    found = score(replace(PERFECT, standing=replace(PERFECT.standing, tried=(*THIEF, USER, *lost))))
    assert found.total == 80
    row = next(row for row in found.rows if row.name == "cut_off")
    assert [name.partition(":")[0] for name in row.wrong] == ["shop-web (i-0bbb)", "shop-web (i-0ddd)"]
    assert all("next credential too" in name for name in row.wrong)


def test_cut_off_for_a_while() -> None:
    """Who lost only the credential in use is cut off until the next one; what the clock ended was cut by nobody."""
    in_use, next_one, *rest = SIBLINGS
    denied = replace(in_use, passed=(), refused=("s3:GetObject AccessDenied",))
    assert "until its next credential" in cut_off(Standing((denied, next_one, *rest)))[0]
    assert cut_off(Standing((replace(denied, ended=True), next_one, *rest))) == ()
    assert cut_off(Standing(machines=(Machine("shop-web (i-0bbb)", "bystander", "stopped"),)))[0].endswith("stopped")


def test_cost_has_a_limit() -> None:
    """However many lost access, the cost is not more than the table says."""
    crowd = tuple(Tried(f"host {n}", "bystander", "next", (), ("s3:GetObject AccessDenied",)) for n in range(9))
    found = score(replace(PERFECT, standing=replace(PERFECT.standing, tried=(*THIEF, USER, *crowd))))
    assert points(found)["cut_off"] == -costs()["cut_off"].most


def test_malicious_suppressed() -> None:
    """A rule that hides the thief's finding costs points, by its name."""
    found = score(replace(PERFECT, standing=replace(PERFECT.standing, rules=(Rule("vpn", True, False),))))
    row = next(row for row in found.rows if row.name == "hid_theft")
    assert (found.total, row.wrong) == (85, ("vpn",))


def test_benign_contained() -> None:
    """A harmless instance that is denied costs what was earned by leaving it alone, and more."""
    lost = replace(SIBLINGS[0], passed=(), refused=("s3:GetObject AccessDenied",))
    found = score(replace(TRUSTED, standing=replace(TRUSTED.standing, tried=(lost, *SIBLINGS[1:]))))
    assert (points(found)["left_alone"], points(found)["cut_off"], found.total) == (0, -10, 75)


def test_wide_rule() -> None:
    """A rule that hides other uses as well earns half; none, or one that misses the finding, earns nothing."""
    for rules, earned in (((Rule("wide", True, True),), 10), ((), 0), ((Rule("other", False, False),), 0)):
        found = score(replace(TRUSTED, standing=replace(TRUSTED.standing, rules=rules)))
        assert points(found)["suppressed"] == earned
        assert points(found)["suppression_time"] == (5 if earned else 0)


def test_half_stopped() -> None:
    """Who stops the stolen key, and not the one that the host fetches next, has half, and was not in time."""
    found = score(replace(PERFECT, standing=replace(PERFECT.standing, tried=(THIEF[0], FREE[1], USER, *SIBLINGS))))
    assert (points(found)["stopped"], points(found)["containment_time"]) == (10, 0)
    assert "the next key: still answered (s3:ListBuckets)" in next(r.said for r in found.rows if r.name == "stopped")


def test_what_grew_and_ended_by_itself() -> None:
    """What the clock ended earns nothing by itself: where nothing else grew, the thief's own access counts."""
    ended = replace(USER, ended=True)
    done, undone = (replace(PERFECT, standing=Standing((*one, ended))) for one in (THIEF, FREE))
    assert points(score(done))["grown_stopped"] == 15
    assert points(score(undone))["grown_stopped"] == 0
    half = replace(PERFECT, standing=Standing((*THIEF, USER), (replace(LAUNCHED, became=""),)))
    assert points(score(half))["grown_stopped"] == 8


def test_late() -> None:
    """Right but late earns everything but the points for time; a wrong verdict is never in time."""
    late = replace(PERFECT, course=Course(BEGUN, "malicious", LATE, LATE))
    assert score(late).total == 90
    wrong = score(replace(PERFECT, course=Course(BEGUN, "benign", SOON, SOON)))
    assert (points(wrong)["verdict"], points(wrong)["verdict_time"]) == (0, 0)


def test_hints_cost() -> None:
    """Each hint that was opened costs its points, once."""
    hinted = replace(PERFECT.course, hints=("whose", "act", "grown"))
    found = score(replace(PERFECT, course=hinted))
    assert (points(found)["hint"], found.total) == (-6, 94)


def test_undetermined_earns_nothing() -> None:
    """Undetermined is honest, and neither right nor in time."""
    found = score(replace(PERFECT, course=Course(BEGUN, "undetermined", SOON, SOON)))
    assert (points(found)["verdict"], points(found)["verdict_time"]) == (0, 0)
