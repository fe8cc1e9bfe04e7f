"""A staged theft, investigated: the plan names all that grew from it, and its steps contain it and are undone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from gdkit.aws import AwsAccess
from gdkit.responding.run import apply_plan, open_desk, preview_step, preview_undo
from gdkit.response.catalogue import STEPS
from gdkit.response.grown.plan import plan_grown
from gdkit.response.permissions import analyst_policy
from gdkit.simulator.scenarios.shop import REPORTING_ROLE
from gdkit.simulator.scenarios.site import ANALYST_ROLE, RESPONDER_ROLE
from gdkit.simulator.scenarios.thieves import BACKUP_USER
from gdkit.simulator.sessions import isolated_session
from tests.live.conftest import unpaced
from tests.live.worlds import Investigated, World, investigate, staged_world
from tests.simulator.small_world import ONCE, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gdkit.responding.run import Desk
    from gdkit.response.grown.proposal import Proposal

__all__ = ["unpaced"]
LAUNCHED_IN = "us-east-1"


@dataclass(frozen=True, slots=True)
class Theft:
    """A staged theft with its case."""

    world: World
    case: Investigated

    @property
    def plan(self) -> tuple[Proposal, ...]:
        """What is proposed."""
        return plan_grown(self.case.result)

    def about(self, kind: str) -> Proposal:
        """Give the one proposal about a kind."""
        (one,) = (one for one in self.plan if one.kind == kind)
        return one

    def desk(self) -> Desk:
        """Log in to work on the response, in both accounts."""
        access = AwsAccess(member_role=self.world.staged.member_role, responder_member_role=RESPONDER_ROLE)
        return open_desk(self.case.case, access=access)

    def api(self, service: str, region: str = "") -> Any:
        """Give a client past the gateway."""
        staged = self.world.staged
        return self.world.accounts.backend.client(service, staged.account_id, region or staged.region)

    @property
    def state(self) -> dict[str, Any]:
        """What the thief made, as it is now."""
        iam, ec2 = self.api("iam"), self.api("ec2", LAUNCHED_IN)
        groups = ec2.describe_instances()["Reservations"]
        roles = self.world.accounts.backend.client("iam", self.world.staged.second_account_id, LAUNCHED_IN)
        return {
            "keys": {row["AccessKeyId"]: row["Status"]
                     for row in iam.list_access_keys(UserName=BACKUP_USER)["AccessKeyMetadata"]},
            "policies": iam.list_user_policies(UserName=BACKUP_USER)["PolicyNames"],
            "instances": {one["InstanceId"]: one["State"]["Name"] for group in groups for one in group["Instances"]},
            "reporting": roles.list_role_policies(RoleName=REPORTING_ROLE)["PolicyNames"],
        }  # fmt: skip


@pytest.fixture(scope="module")
def theft(tmp_path_factory: pytest.TempPathFactory, unpaced: None) -> Iterator[Theft]:
    """Stage and investigate it once; the analyst may read what the steps read."""
    with staged_world("theft", 1) as world:
        policy = json.dumps(analyst_policy(STEPS.values()))
        for account_id in (world.staged.account_id, world.staged.second_account_id):
            iam = world.accounts.backend.client("iam", account_id, LAUNCHED_IN)
            iam.put_role_policy(RoleName=ANALYST_ROLE, PolicyName="previews", PolicyDocument=policy)
        world.accounts.policies.forget()
        yield Theft(world, investigate(world, tmp_path_factory.mktemp("grown") / "case"))


def test_key_and_user(theft: Theft) -> None:
    """The user that the thief made, and its key, are named with the right options, and are the first to contain."""
    home, (key_id,) = theft.world.staged.account_id, theft.state["keys"]
    assert dict(theft.about("access_key").options) == {"user": BACKUP_USER, "key": key_id, "account": home}
    user = theft.about("user")
    assert (user.step, dict(user.options)) == ("deny-user", {"user": BACKUP_USER, "account": home})
    assert {one.kind for one in theft.plan[:2]} == {"access_key", "user"}
    assert user.party == "thief"
    assert len(user.event_ids) == 2, "the user's making, and its policy, which the same Deny covers"


def test_instance(theft: Theft) -> None:
    """The instance that he launched in another region is named there."""
    (launched,) = theft.state["instances"]
    one = theft.about("instance")
    assert (one.step, dict(one.options)) == (
        "stop-instance", {"instance": launched, "account": theft.world.staged.account_id, "region": LAUNCHED_IN}
    )  # fmt: skip


def test_chained_session(theft: Theft) -> None:
    """The session of the role in the other account is named with its principal id, its account, and its end."""
    one = theft.about("chained_role")
    assert one.step == "deny-chained-session"
    assert one.options["role"] == REPORTING_ROLE
    assert one.options["account"] == theft.world.staged.second_account_id
    role_id, _, session = one.options["session"].partition(":")
    assert (role_id[:4], session) == ("AROA", "nightly")
    assert (one.standing, one.stage) in (("ended", "ended"), ("may be alive", "entry"))


def test_filter(theft: Theft) -> None:
    """The GuardDuty filter has no step: a person is told what to do. Refused calls against watchers are not in it."""
    one = theft.about("tamper")
    assert (one.thing, one.within, one.step) == ("maintenance", "GuardDuty", "")
    assert "NOOP" in one.manual


def test_every_event_is_real(theft: Theft) -> None:
    """Each proposal rests on events that the thief really made."""
    made = {call.event_id for call in theft.world.staged.calls if call.actor == "thief"}
    assert theft.plan
    assert all(one.event_ids and set(one.event_ids) <= made for one in theft.plan)


def test_steps_contain_and_are_undone(theft: Theft) -> None:
    """Applied in the plan's order, the steps stop key, user and instance; undone backwards, all is as it was."""
    before, desk, plan = theft.state, theft.desk(), [one for one in theft.plan if one.step in STEPS]
    (key_id,) = before["keys"]
    issued = theft.world.accounts.credentials.check(key_id, None, theft.world.accounts.clock.now())
    session = isolated_session(issued.access_key_id, issued.secret_access_key, issued.session_token)
    thief = session.create_client("iam", LAUNCHED_IN, endpoint_url=theft.world.simulator.url, config=ONCE)
    assert outcome(thief.list_users) == "ok"
    met = []
    for one in plan:
        applied = apply_plan(desk, preview_step(desk, one.step, dict(one.options)).hash)
        assert applied.verified, applied.checks
        met.append(outcome(thief.list_users))
    assert met[0] in ("AccessDenied", "InvalidClientTokenId")
    assert set(met[1:]) == {"InvalidClientTokenId"}
    after = theft.state
    assert (after["keys"], set(after["instances"].values())) == ({key_id: "Inactive"}, {"stopped"})
    assert "gdkit-deny-user" in after["policies"]
    for one in reversed(plan):
        apply_plan(desk, preview_undo(desk, one.step, dict(one.options)).hash)
    assert theft.state == before
    assert outcome(thief.list_users) == "ok"
    thief.close()
