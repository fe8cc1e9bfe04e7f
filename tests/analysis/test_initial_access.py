"""Leads: who could have taken the credentials, by which call, when; nothing is guessed, nobody is accused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdkit.analysis.initial_access import Lead, initial_access_leads
from gdkit.analysis.ways_in import WAYS_IN
from gdkit.model import LeakedSession
from tests.analysis.judged import ADMIN, SESSION, by_admin, read
from tests.analysis.records import ACCOUNT, INSTANCE, NAT, THIEF, THIEF_CLIENT, identity, record

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LAST = record(60, THIEF, THIEF_CLIENT), record(90, THIEF, THIEF_CLIENT)
HERE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{INSTANCE}"
OTHER = "i-0fedcba9876543210"


def leads_of(folder: Path, *calls: dict[str, Any], own: tuple[Any, ...] = (), **known: Any) -> tuple[Lead, ...]:
    """Give the leads of calls of others, with a thief who used the credentials at minutes 60 and 90."""
    events, session_events = read(folder, ("thief", [FIRST, LAST]), *own, ("", list(calls)))
    return initial_access_leads(events, SESSION, session_events, **known)


def modify(minute: int, **options: Any) -> dict[str, Any]:
    """Give a change of the instance's metadata options."""
    asked = {"ModifyInstanceMetadataOptionsRequest": {"InstanceId": INSTANCE, **options}}
    return by_admin(minute, "ModifyInstanceMetadataOptions", requestParameters=asked)


def launch(minute: int, **asked: Any) -> dict[str, Any]:
    """Give the instance's launch."""
    item = {"instanceId": INSTANCE, "groupSet": {"items": [{"groupId": "sg-0a"}]}}
    answer = {"instancesSet": {"items": [item]}}
    return by_admin(minute, "RunInstances", requestParameters=asked, responseElements=answer)


NAMING: list[tuple[str, str, dict[str, Any], str]] = [
    ("SendCommand", "ssm", {"instanceIds": [OTHER, INSTANCE]}, "sent a command to the instance"),
    ("SendCommand", "ssm", {"targets": [{"key": "InstanceIds", "values": [INSTANCE]}]}, "sent a command"),
    ("StartAutomationExecution", "ssm", {"parameters": {"InstanceId": [INSTANCE]}}, "started an automation"),
    ("CreateAssociation", "ssm", {"instanceId": INSTANCE}, "set a standing command"),
    ("CreateAssociationBatch", "ssm", {"entries": [{"instanceId": INSTANCE}]}, "set standing commands"),
    ("UpdateAssociation", "ssm", {"targets": [{"key": "InstanceIds", "values": [INSTANCE]}]}, "changed a standing"),
    ("StartSession", "ssm", {"target": INSTANCE}, "opened a shell session"),
    ("SendSSHPublicKey", "ec2-instance-connect", {"instanceId": INSTANCE}, "pushed an SSH key to the instance"),
    ("SendSerialConsoleSSHPublicKey", "ec2-instance-connect", {"instanceId": INSTANCE}, "serial console"),
    ("GetPasswordData", "ec2", {"instanceId": INSTANCE}, "administrator password"),
    ("AssociateIamInstanceProfile", "ec2", {"instanceId": INSTANCE}, "gave the instance a role"),
]


@pytest.mark.parametrize(("name", "service", "asked", "words"), NAMING, ids=[f"{row[0]}-{row[1]}" for row in NAMING])
def test_named_instance(tmp_path: Path, name: str, service: str, asked: dict[str, Any], words: str) -> None:
    """A call that names the instance before the first use is a strong lead, told with who, what and from where."""
    (lead,) = leads_of(tmp_path, by_admin(10, name, service, requestParameters=asked))
    assert lead.statement.startswith(f"arn:aws:iam::{ACCOUNT}:user/deploy with key AKIAEXAMPLEDEPLOY001 ")
    assert words in lead.statement
    assert lead.statement.endswith(f"from {ADMIN}, before the thief's first call")
    assert (lead.direct, lead.succeeded, lead.before_first_use, lead.same_address) == (True, True, True, False)
    assert lead.strong


@pytest.mark.parametrize("name", sorted({name for _, name in WAYS_IN}))
def test_other_instance(tmp_path: Path, name: str) -> None:
    """The same calls on another instance, whose id goes on where a short id ends, are no leads."""
    service = next(source for source, operation in WAYS_IN if operation == name).partition(".")[0]
    asked = {"instanceId": OTHER, "instanceIds": [f"{INSTANCE}0"], "targets": [], "groupId": "sg-9", "cluster": "c"}
    found = leads_of(tmp_path, by_admin(10, name, service, requestParameters=asked))
    account_wide = {"EnableSerialConsoleAccess"}
    assert [lead.direct for lead in found] == ([False] if name in account_wide else [])


def test_free_text_is_no_target(tmp_path: Path) -> None:
    """An instance id in a comment of a command for another instance makes no lead."""
    asked = {"instanceIds": [OTHER], "comment": f"not for {INSTANCE}"}
    assert leads_of(tmp_path, by_admin(10, "SendCommand", "ssm", requestParameters=asked)) == ()


def test_order_of_times(tmp_path: Path) -> None:
    """Before the first use, at it and after it are told apart; what came after the last use could give nothing."""
    asked = {"target": INSTANCE}
    calls = [by_admin(minute, "StartSession", "ssm", requestParameters=asked) for minute in (95, 70, 60, 10)]
    found = leads_of(tmp_path, *calls)
    assert [lead.before_first_use for lead in found] == [True, False, False]
    assert [lead.statement.rpartition(", ")[2] for lead in found] == [
        "before the thief's first call",
        "at the time of the thief's first call",
        "after the thief's first call",
    ]
    assert [lead.strong for lead in found] == [True, False, False]


def test_same_address_is_called_just_that(tmp_path: Path) -> None:
    """A call from the thief's address says so, and nobody is called an attacker."""
    call = by_admin(10, "SendCommand", "ssm", address=THIEF, requestParameters={"instanceIds": [INSTANCE]})
    (lead,) = leads_of(tmp_path, call)
    assert f"from {THIEF} (same address as the thief's calls)" in lead.statement
    assert lead.same_address
    assert "attacker" not in lead.statement


def test_shared_words_are_no_same_address(tmp_path: Path) -> None:
    """Two calls from "AWS Internal" come from no common place."""
    inside = record(61, "AWS Internal", THIEF_CLIENT)
    call = by_admin(10, "StartSession", "ssm", address="AWS Internal", requestParameters={"target": INSTANCE})
    events, session_events = read(tmp_path, ("thief", [FIRST, inside]), ("", [call]))
    (lead,) = initial_access_leads(events, SESSION, session_events)
    assert not lead.same_address


def test_failed_call(tmp_path: Path) -> None:
    """A call that failed is a lead that says so, and no strong one."""
    call = by_admin(10, "StartSession", "ssm", requestParameters={"target": INSTANCE}, errorCode="AccessDenied")
    (lead,) = leads_of(tmp_path, call)
    assert lead.statement.endswith("the call failed with AccessDenied")
    assert (lead.succeeded, lead.strong) == (False, False)


def test_thiefs_own_call_is_no_way_in(tmp_path: Path) -> None:
    """What the thief did with the stolen credential came after the theft."""
    own = record(60, THIEF, THIEF_CLIENT, name="ModifyInstanceMetadataOptions",
                 requestParameters={"InstanceId": INSTANCE, "HttpTokens": "optional"})  # fmt: skip
    events, session_events = read(tmp_path, ("thief", [own, LAST]))
    assert initial_access_leads(events, SESSION, session_events) == ()


@pytest.mark.parametrize(
    ("party", "words"), [("workload", "made by the instance's own software"), ("unknown", "by whom is not proven")]
)
def test_sessions_own_call(tmp_path: Path, party: str, words: str) -> None:
    """A call with the leaked session's own credentials that is not proven the thief's is told as that."""
    call = record(10, NAT, "x", name="ModifyInstanceMetadataOptions",
                  requestParameters={"InstanceId": INSTANCE, "HttpTokens": "optional"})  # fmt: skip
    (lead,) = leads_of(tmp_path, own=((party, [call]),))
    assert words in lead.statement


def test_gdkits_own_calls(tmp_path: Path) -> None:
    """The responders' own calls are no leads; a client that calls itself gdkit before the first use is one."""
    asked = {"target": INSTANCE}
    calls = [
        by_admin(minute, "StartSession", "ssm", client="gdkit/0.1.0 md/x", requestParameters=asked)
        for minute in (10, 70)
    ]
    assert [lead.before_first_use for lead in leads_of(tmp_path, *calls)] == [True]


def test_command_by_tag(tmp_path: Path) -> None:
    """A command for a tag may have reached the instance; where its tags are known it did, or did not."""
    call = by_admin(10, "SendCommand", "ssm", requestParameters={"targets": [{"key": "tag:env", "values": ["prod"]}]})
    (unknown,) = leads_of(tmp_path, call)
    assert "called SendCommand, which may have concerned the instance," in unknown.statement
    assert "for instances with tag:env=prod; whether this one has it is not known" in unknown.statement
    assert (unknown.direct, unknown.strong) == (False, False)
    (tagged,) = leads_of(tmp_path, call, tags={"env": "prod"})
    assert "which this one has" in tagged.statement
    assert tagged.strong
    assert leads_of(tmp_path, call, tags={"env": "test"}) == ()
    assert leads_of(tmp_path, call, tags={}) == ()


def test_command_for_all(tmp_path: Path) -> None:
    """A command for every instance may have reached this one; one of another region or account cannot."""
    asked = {"targets": [{"key": "InstanceIds", "values": ["*"]}]}
    first = {**FIRST, "userIdentity": {**identity(), "inScopeOf": {"credentialsIssuedTo": HERE}}}
    calls = [
        by_admin(10, "SendCommand", "ssm", requestParameters=asked),
        by_admin(11, "SendCommand", "ssm", requestParameters=asked, awsRegion="eu-west-1"),
        by_admin(12, "SendCommand", "ssm", requestParameters=asked, recipientAccountId="444455556666"),
    ]
    events, session_events = read(tmp_path, ("thief", [first, LAST]), ("", calls))
    (lead,) = initial_access_leads(events, SESSION, session_events)
    assert lead.event_id == calls[0]["eventID"]
    assert not lead.direct


def test_shell_is_followed_by_its_id(tmp_path: Path) -> None:
    """Resuming or ending a session counts where an event shows that it was opened on this instance."""
    start = by_admin(10, "StartSession", "ssm", requestParameters={"target": INSTANCE},
                     responseElements={"sessionId": "deploy-1"})  # fmt: skip
    calls = [
        by_admin(minute, name, "ssm", requestParameters={"sessionId": session_id})
        for minute, name, session_id in ((11, "ResumeSession", "deploy-1"), (12, "TerminateSession", "deploy-1"),
                                         (13, "TerminateSession", "deploy-2"))
    ]  # fmt: skip
    found = leads_of(tmp_path, start, *calls)
    assert [lead.event_id for lead in found] == [start["eventID"], calls[0]["eventID"], calls[1]["eventID"]]


def test_association_is_followed_by_its_id(tmp_path: Path) -> None:
    """Running an association counts where an event shows that it is the instance's."""
    made = by_admin(10, "CreateAssociation", "ssm", requestParameters={"instanceId": INSTANCE},
                    responseElements={"associationDescription": {"associationId": "a-1"}})  # fmt: skip
    run = by_admin(11, "StartAssociationsOnce", "ssm", requestParameters={"associationIds": ["a-1"]})
    other = by_admin(12, "StartAssociationsOnce", "ssm", requestParameters={"associationIds": ["a-2"]})
    assert [lead.event_id for lead in leads_of(tmp_path, made, run, other)] == [made["eventID"], run["eventID"]]


def test_weakened_metadata_service(tmp_path: Path) -> None:
    """A weakened metadata service is told from what to what, where events show what it was."""
    before = launch(1, metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1})
    found = leads_of(tmp_path, before, modify(10, HttpTokens="optional", HttpPutResponseHopLimit=3))
    assert found[1].kind == "metadata"
    assert "HttpTokens from required to optional (lets IMDSv1 in)" in found[1].statement
    assert "HttpPutResponseHopLimit from 1 to 3" in found[1].statement


def test_weakened_from_unknown(tmp_path: Path) -> None:
    """Where no event shows what it was, the lead says that."""
    (lead,) = leads_of(tmp_path, modify(10, HttpTokens="optional"))
    assert "HttpTokens set to optional, from an unknown value (lets IMDSv1 in)" in lead.statement


@pytest.mark.parametrize("options", [
    {"HttpTokens": "required"}, {"HttpTokens": "required", "HttpEndpoint": "enabled"}, {"HttpEndpoint": "disabled"},
    {"HttpPutResponseHopLimit": 1}, {"InstanceMetadataTags": "enabled"},
])  # fmt: skip
def test_hardened_metadata_service(tmp_path: Path, options: dict[str, Any]) -> None:
    """Options that only close the metadata service give nobody a way in."""
    assert leads_of(tmp_path, modify(10, **options)) == ()


def test_defaults_of_the_region(tmp_path: Path) -> None:
    """Weakened defaults count for an instance launched after them, or launched nobody knows when."""
    defaults = by_admin(5, "ModifyInstanceMetadataDefaults", requestParameters={"HttpTokens": "optional"})
    (lead,) = leads_of(tmp_path, defaults)
    assert "when this one was launched is not known" in lead.statement
    later = leads_of(tmp_path, defaults, launch(9))
    assert [lead.kind for lead in later] == ["metadata", "launch"]
    assert [lead.kind for lead in leads_of(tmp_path, launch(2), defaults)] == ["launch"]


def test_launch_is_context(tmp_path: Path) -> None:
    """Who launched the instance, and how, is told; by itself it is no strong lead."""
    asked = {"userData": "<sensitiveDataRemoved>", "iamInstanceProfile": {"name": "app"},
             "metadataOptions": {"httpTokens": "optional"}}  # fmt: skip
    (lead,) = leads_of(tmp_path, launch(1, **asked))
    assert "launched the instance" in lead.statement
    assert lead.statement.endswith("with user data; profile app; HttpTokens optional")
    assert not lead.strong


def test_user_data_and_the_restart_around_it(tmp_path: Path) -> None:
    """Changed user data counts, with the stop before it and the start after it; other stops and starts do not."""
    power = {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}
    calls = [
        by_admin(minute, name, requestParameters=power)
        for minute, name in ((1, "StopInstances"), (2, "StartInstances"), (10, "StopInstances"), (12, "StartInstances"),
                             (20, "StopInstances"))
    ]  # fmt: skip
    change = by_admin(11, "ModifyInstanceAttribute", requestParameters={"instanceId": INSTANCE, "userData": "x"})
    assert leads_of(tmp_path, *calls) == ()
    found = leads_of(tmp_path, *calls, change)
    assert [lead.kind for lead in found] == ["stop", "user_data", "start"]
    assert [lead.event_id for lead in found] == [calls[2]["eventID"], change["eventID"], calls[3]["eventID"]]
    assert "the user data, which can run as a script" in found[1].statement


@pytest.mark.parametrize(("asked", "words"), [
    ({"attribute": "userData", "value": "x"}, "the user data"),
    ({"groupSet": {"items": [{"groupId": "sg-9"}]}}, "its security groups: sg-9"),
    ({"instanceType": {"value": "m5.large"}}, None),
    ({"disableApiTermination": {"value": True}}, None),
])  # fmt: skip
def test_attributes(tmp_path: Path, asked: dict[str, Any], words: str | None) -> None:
    """Only attributes that can give a way in are leads, and the lead names which."""
    call = by_admin(10, "ModifyInstanceAttribute", requestParameters={"instanceId": INSTANCE, **asked})
    assert [words in lead.statement for lead in leads_of(tmp_path, call) if words] == ([True] if words else [])


def test_security_group(tmp_path: Path) -> None:
    """A rule in a group of the instance is told with port and range; the launch or AWS says which groups it has."""
    asked = {"groupId": "sg-0a", "ipPermissions": {"items": [
        {"fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}  # fmt: skip
    call = by_admin(10, "AuthorizeSecurityGroupIngress", requestParameters=asked)
    assert leads_of(tmp_path, call) == ()
    for found in (leads_of(tmp_path, call, security_group_ids=["sg-0a"]), leads_of(tmp_path, launch(1), call)[1:]):
        assert found[0].statement.endswith("sg-0a: port 22 to 0.0.0.0/0")


def test_replaced_role(tmp_path: Path) -> None:
    """A changed role names the instance in the answer alone."""
    answer = {
        "ReplaceIamInstanceProfileAssociationResponse": {"iamInstanceProfileAssociation": {"instanceId": INSTANCE}}
    }
    call = by_admin(10, "ReplaceIamInstanceProfileAssociation", requestParameters={"associationId": "x"},
                    responseElements=answer)  # fmt: skip
    (lead,) = leads_of(tmp_path, call)
    assert lead.kind == "profile"


def test_containers(tmp_path: Path) -> None:
    """A shell in a container counts where the instance's ECS agent serves that cluster."""
    call = by_admin(10, "ExecuteCommand", "ecs", requestParameters={"cluster": "shop", "task": "t"})
    asked = {"cluster": f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/shop"}
    serving = record(5, NAT, "x", name="SubmitTaskStateChange", service="ecs", requestParameters=asked)
    assert leads_of(tmp_path, call) == ()
    (lead,) = leads_of(tmp_path, call, own=(("workload", [serving]),))
    assert "cluster shop, which this instance serves" in lead.statement
    elsewhere = by_admin(10, "ExecuteCommand", "ecs", requestParameters={"cluster": "bank", "task": "t"})
    assert leads_of(tmp_path, elsewhere, own=(("workload", [serving]),)) == ()


def test_deployments(tmp_path: Path) -> None:
    """A deployment may have reached an instance whose CodeDeploy agent was seen, or that has the tag."""
    group = by_admin(10, "CreateDeployment", "codedeploy", requestParameters={"deploymentGroupName": "web"})
    polls = record(5, NAT, "x", name="PollHostCommand", service="codedeploy-commands-secure")
    assert leads_of(tmp_path, group) == ()
    (lead,) = leads_of(tmp_path, group, own=(("workload", [polls]),))
    assert "deployment group web" in lead.statement
    tagged = by_admin(11, "CreateDeployment", "codedeploy", requestParameters={
        "targetInstances": {"tagFilters": [{"key": "env", "value": "prod", "type": "KEY_AND_VALUE"}]}})  # fmt: skip
    (by_tag,) = leads_of(tmp_path, tagged, tags={"env": "prod"})
    assert by_tag.direct


@pytest.mark.parametrize("name", ["CreateImage", "CreateSnapshot", "CreateSnapshots"])
def test_copy_of_the_disk(tmp_path: Path, name: str) -> None:
    """A copy of the disk holds no credentials of the role, so it is no lead."""
    assert leads_of(tmp_path, by_admin(10, name, requestParameters={"instanceId": INSTANCE})) == ()


def test_time_not_recorded(tmp_path: Path) -> None:
    """A call without a time is a lead that says so, stands last and is not strong."""
    calls = [by_admin(minute, "StartSession", "ssm", requestParameters={"target": INSTANCE}) for minute in (10, 20)]
    found = leads_of(tmp_path, {**calls[0], "eventTime": None}, calls[1])
    assert [lead.event_at is None for lead in found] == [False, True]
    assert "at a time that the record does not hold" in found[1].statement
    assert not found[1].strong


def test_cut_request(tmp_path: Path) -> None:
    """A request that was cut is searched as text, and what cannot be read of it is not guessed."""
    call = by_admin(10, "SendCommand", "ssm", requestParameters={"instanceIds": [INSTANCE]})
    events, session_events = read(tmp_path, ("thief", [FIRST, LAST]), ("", [call]))
    is_call = events["event_name"] == "SendCommand"
    for written, direct in ((f'{{"instanceIds":["{INSTANCE}","i-… (cut)', True), ('{"instanceIds":["i-… (cut)', False)):
        cut = events.assign(request_parameters=events["request_parameters"].mask(is_call, written))
        (lead,) = initial_access_leads(cut, SESSION, session_events)
        assert lead.direct is direct


def test_no_proven_use(tmp_path: Path) -> None:
    """Where no call is proven to be the thief's, leads are told without saying before or after."""
    call = by_admin(10, "StartSession", "ssm", requestParameters={"target": INSTANCE})
    events, session_events = read(tmp_path, ("unknown", [FIRST]), ("", [call]))
    (lead,) = initial_access_leads(events, SESSION, session_events)
    assert lead.before_first_use is None
    assert lead.statement.endswith(f"from {ADMIN}")


def test_no_instance(tmp_path: Path) -> None:
    """A session of no instance has no leads, and an empty trail none either."""
    events, session_events = read(tmp_path, ("thief", [FIRST]))
    nobody = LeakedSession(None, None, None, None, None, None, None)
    assert initial_access_leads(events, nobody, session_events) == ()
    assert initial_access_leads(events[:0], SESSION, session_events[:0]) == ()


def test_order_and_copies_do_not_matter(tmp_path: Path) -> None:
    """The same events backwards and twice give the same leads."""
    calls = [by_admin(minute, "StartSession", "ssm", requestParameters={"target": INSTANCE}) for minute in (10, 20)]
    events, session_events = read(
        tmp_path, ("thief", [FIRST, LAST]), ("", [*calls, launch(1), modify(5, HttpTokens="optional")])
    )
    twice = pd.concat([events[::-1], events], ignore_index=True)
    assert initial_access_leads(twice, SESSION, session_events) == initial_access_leads(events, SESSION, session_events)


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(INSTANCE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["instanceId", "targets", "items", "key", "values", "HttpTokens", "ipPermissions", "groupId",
                         "instancesSet", "httpPutResponseHopLimit", "targetInstances", "userData", "sessionId"]),
        inner, max_size=4), max_leaves=12)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=WRONG, answer=WRONG, name=st.sampled_from(sorted(WAYS_IN)))
def test_wrong_types(tmp_path: Path, asked: Any, answer: Any, name: tuple[str, str]) -> None:
    """Requests and answers of any shape crash nothing, and every lead is about the one event."""
    call = by_admin(10, name[1], name[0].partition(".")[0], requestParameters=asked, responseElements=answer)
    found = leads_of(tmp_path, call, security_group_ids=[INSTANCE])
    assert {lead.event_id for lead in found} <= {call["eventID"]}
