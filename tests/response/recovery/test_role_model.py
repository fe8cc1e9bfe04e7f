"""A role that anybody changes in any order: what is said of it holds against what it really was."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from gdkit.response.recovery.role_difference import role_difference
from tests.response.recovery.made import BEGAN, on_role
from tests.response.recovery.test_role_difference import ADMIN, ASKED, NOW_ROLE, OPENED, OWN_POLICY, TRUST

if TYPE_CHECKING:
    from gdkit.response.recovery.role_now import RoleNow

DOCUMENTS = [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": f"s3:{name}", "Resource": "*"}]}
             for name in ("GetObject", "PutObject", "*")]  # fmt: skip
CALLS = st.tuples(
    st.sampled_from(["put", "delete", "attach", "detach", "trust", "boundary", "unbound"]),
    st.integers(0, 2),
    st.sampled_from(["thief", "ada", "unknown"]),
)


@dataclass
class Model:
    """A role as it really is, and the calls that were logged of it."""

    role: RoleNow
    rows: list[dict[str, Any]] = field(default_factory=list)

    def call(self, what: str, number: int, who: str) -> None:
        """Make a call, if IAM would let it change something, and log it."""
        role, document = self.role, DOCUMENTS[number]
        policy = (ADMIN, OWN_POLICY)[number % 2]
        if what == "put":
            self._log("PutRolePolicy", who, policyName="p", policy=document)
            self.role = replace(role, inline={**role.inline, "p": document})
        elif what == "delete" and "p" in role.inline:
            self._log("DeleteRolePolicy", who, policyName="p")
            self.role = replace(role, inline={name: one for name, one in role.inline.items() if name != "p"})
        elif what == "attach" and policy not in role.attached:
            self._log("AttachRolePolicy", who, policyArn=policy)
            self.role = replace(role, attached={**role.attached, policy: "v1"})
        elif what == "detach" and policy in role.attached:
            self._log("DetachRolePolicy", who, policyArn=policy)
            self.role = replace(role, attached={name: one for name, one in role.attached.items() if name != policy})
        elif what == "trust":
            trust = (TRUST, OPENED)[number % 2]
            self._log("UpdateAssumeRolePolicy", who, policy=trust)
            self.role = replace(role, trust=trust)
        elif what == "boundary":
            self._log("PutRolePermissionsBoundary", who, permissionsBoundary=policy)
            self.role = replace(role, boundary=policy)
        elif what == "unbound" and role.boundary:
            self._log("DeleteRolePermissionsBoundary", who)
            self.role = replace(role, boundary=None)

    def _log(self, name: str, who: str, **asked: Any) -> None:
        number = len(self.rows)
        at = BEGAN + timedelta(minutes=number - 1_000)
        self.rows.append(on_role(name, asked=asked, event_at=at, event_id=f"{who}-{number}"))


def state(role: RoleNow, thing: str) -> Any:
    """Give the state of a thing, as a change names it."""
    kind, _, name = thing.rpartition(" ")
    return {"inline policy": role.inline.get(name), "attached policy": name in role.attached, "trust": role.trust,
            "permissions": role.boundary}[kind]  # fmt: skip


@given(
    start=st.tuples(st.sampled_from([None, *DOCUMENTS]), st.booleans(), st.sampled_from([TRUST, OPENED]),
                    st.sampled_from([None, ADMIN])),
    before=st.lists(CALLS, max_size=6),
    after=st.lists(CALLS, max_size=6),
)  # fmt: skip
def test_what_is_said_is_true(start: tuple[Any, ...], before: list[Any], after: list[Any]) -> None:
    """As before means as it really was; what differs by earlier calls really differs; nothing is passed over."""
    inline, attached, trust, boundary = start
    model = Model(replace(NOW_ROLE, inline={} if inline is None else {"p": inline}, trust=trust, boundary=boundary,
                          attached={ADMIN: "v1"} if attached else {}))  # fmt: skip
    for call in before:
        model.call(*call)
    was, logged = model.role, len(model.rows)
    for call in after:
        model.call(*call)
    since = BEGAN + timedelta(minutes=logged - 1_000)
    suspects = frozenset(row["event_id"] for row in model.rows if not row["event_id"].startswith("ada"))
    found = role_difference(model.role, model.rows, replace(ASKED, since=since, suspect_event_ids=suspects))
    for one in found.changes:
        same = state(was, one.thing) == state(model.role, one.thing)
        assert one.compared != "as before" or same, one
        assert one.compared != "differs" or not same or "no record tells" in one.why, one
    told = {one.thing for one in found.changes}
    things = ("inline policy p", f"attached policy {ADMIN}", f"attached policy {OWN_POLICY}", "trust policy",
              "permissions boundary")  # fmt: skip
    really = {thing for thing in things if state(was, thing) != state(model.role, thing)}
    assert really <= told
    assert found.as_before is not True or not really


@given(st.lists(CALLS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(calls: list[Any], random: Any) -> None:
    """Rows in any order, with copies among them, give the same answer."""
    model = Model(NOW_ROLE)
    for call in calls:
        model.call(*call)
    asked = replace(ASKED, since=BEGAN - timedelta(minutes=996))
    shuffled = [*model.rows, *model.rows[:3]]
    random.shuffle(shuffled)
    assert role_difference(model.role, shuffled, asked) == role_difference(model.role, model.rows, asked)
