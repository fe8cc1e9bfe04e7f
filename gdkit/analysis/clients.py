"""What a user agent and an API call tell about the software that made the call."""

from __future__ import annotations

import re

import pandas as pd

AGENT_SERVICES: dict[str, frozenset[str]] = {
    "amazon-ssm-agent": frozenset({"ssm", "ssmmessages", "ec2messages"}),
    "ssm-agent-worker": frozenset({"ssm", "ssmmessages", "ec2messages"}),
    "amazon-cloudwatch-agent": frozenset({"monitoring", "logs", "ec2"}),
    "cwagent": frozenset({"monitoring", "logs", "ec2"}),
    "amazon-ecs-agent": frozenset({"ecs"}),
    "aws-codedeploy-agent": frozenset({"codedeploy-commands-secure", "codedeploy"}),
    "amazon-guardduty-agent": frozenset({"guardduty"}),
}
"""AWS's own agents on an instance: the product in their user agent, and the services that each calls.

Source: user agents as the agents' open-source code gives them; Systems Manager User Guide, "Reference: ec2messages,
ssmmessages, and other API operations"; CloudWatch, ECS, CodeDeploy and GuardDuty guides on their agents.
"""

AGENT_CALLS = frozenset(
    {
        "ssm UpdateInstanceInformation", "ssm ListInstanceAssociations", "ssm UpdateInstanceAssociationStatus",
        "ssm UpdateAssociationStatus", "ssm PutInventory", "ssm PutComplianceItems", "ssm PutConfigurePackageResult",
        "ssm GetDeployablePatchSnapshotForInstance", "ssm RequestManagedInstanceRoleToken",
        "ssm RegisterManagedInstance", "ec2 RegisterManagedInstance", "ecs DiscoverPollEndpoint",
        "ecs RegisterContainerInstance", "ecs SubmitContainerStateChange", "ecs SubmitTaskStateChange",
        "guardduty SendSecurityTelemetry",
    }
)  # fmt: skip
"""Calls that are an agent's kind of call, whoever makes them; so are all of ssmmessages and ec2messages.

Source: as for ``AGENT_SERVICES``. A thief can make them too: intercepting the agent's messages is a known technique.
"""

_PRODUCT = re.compile(r"(?:^|[\s\[(;,])([A-Za-z][\w.-]*)(?=/|[\s\])]|$)")
_OS_TOKEN = re.compile(r"\bos/(macos|windows|linux)", re.IGNORECASE)
_OS_WORD = re.compile(r"(?<![\w-])(darwin|macos|mac os|windows|linux)(?![\w-])", re.IGNORECASE)
_OS_NAMES = {"darwin": "macOS", "macos": "macOS", "mac os": "macOS", "windows": "Windows", "linux": "Linux"}
_APPLICATION = re.compile(r"\bapp/\S+")
_SDK = re.compile(r"\b(?:aws-cli|aws-sdk-[\w-]+|boto3|botocore|awspowershell)\b", re.IGNORECASE)
_PASSING = re.compile(
    r"(?<!\S)(?:m/\S+|api/\S+|ft/\S+|(?:md/)?command[/#]\S+|md/prompt#\S+|Resource|S3Manager|PAGINATED|WAITER|cfg/\S+)"
)
_BROWSER = re.compile(r"md/browser|mozilla/", re.IGNORECASE)


def products(user_agent: object) -> frozenset[str]:
    """Give the product names in a user agent, in lower case.

    >>> sorted(products("aws-cli/2.1 my-kubelet-steal"))
    ['aws-cli', 'my-kubelet-steal']
    """
    return (
        frozenset(name.lower() for name in _PRODUCT.findall(user_agent)) if isinstance(user_agent, str) else frozenset()
    )


def client_of(user_agent: str) -> str:
    """Give a user agent without what changes from call to call: command, service, features, settings of retries.

    >>> client_of("[aws-cli/2.31.4 md/awscrt#0.27 ua/2.1 os/linux#6.1 m/E,b lang/python#3.13 md/command#sts.get]")
    'aws-cli/2.31.4 md/awscrt#0.27 ua/2.1 os/linux#6.1 lang/python#3.13'

    Source: botocore and AWS CLI, "User-Agent header specification": ``m/`` metrics, ``api/``, ``ft/``, ``md/command``.
    """
    return " ".join(_PASSING.sub(" ", user_agent.strip("[]")).split()) or user_agent


def clients_of(user_agents: pd.Series) -> pd.Series:
    """Give each user agent without what changes from call to call; missing stays missing.

    Args:
        user_agents: column ``user_agent`` of ``tables.EVENTS``.
    """
    return user_agents.map({text: client_of(text) for text in user_agents.dropna().unique()}).astype("str")


def operating_system(user_agent: object) -> str | None:
    """Name the operating system that a user agent claims; None where it names none or several, or is missing.

    >>> operating_system("aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59")
    'macOS'
    """
    if not isinstance(user_agent, str):
        return None
    text = _APPLICATION.sub("", user_agent)  # a name that the application gave itself
    token = _OS_TOKEN.search(text)
    if token:
        return _OS_NAMES[token[1].lower()]
    found = {_OS_NAMES[word.lower()] for word in _OS_WORD.findall(text)}
    return found.pop() if len(found) == 1 else None


def is_sdk(user_agent: object) -> bool:
    """Tell whether a user agent is that of an AWS SDK or command line; a browser's is not."""
    return isinstance(user_agent, str) and bool(_SDK.search(user_agent)) and not _BROWSER.search(user_agent)


def made_by_agent(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether both its client and its service are those of one of AWS's agents.

    It is a claim of the caller and can be forged; ``ways_out`` says when it is believed.
    """
    pairs = list(zip(events["user_agent"].fillna(""), _service(events), strict=True))
    judged = {pair: any(pair[1] in AGENT_SERVICES[name] for name in _agents(pair[0])) for pair in set(pairs)}
    return pd.Series([judged[pair] for pair in pairs], index=events.index, dtype=bool)


def like_an_agent(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether its client or its operation is an agent's kind."""
    service = _service(events)
    by_call = service.isin(["ssmmessages", "ec2messages"]) | (service + " " + events["event_name"].fillna("")).isin(
        AGENT_CALLS
    )
    clients = events["user_agent"].dropna().unique()
    return by_call | events["user_agent"].isin([client for client in clients if _agents(client)])


def made_by_aws_service(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether an AWS service made it, for itself or for the session.

    Source: CloudTrail User Guide, userIdentity.invokedBy and sourceIPAddress ("AWS Internal", service host names).
    """
    return events["invoked_by"].notna() | events["address_kind"].isin(["aws_service", "aws_internal"])


def presigned(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether somebody followed a presigned URL: the key is the signer's, the rest the visitor's.

    Source: S3 User Guide, "Amazon S3 CloudTrail events", AuthenticationMethod.
    """
    return events["authentication_method"] == "QueryString"


def forwarded(events: pd.DataFrame) -> pd.Series:
    """Tell for each event whether a server may have sent on a GetCallerIdentity that the client had signed for it.

    Whoever proves to a server which role it has, hands it a signed request; the server sends it, under its own address
    and name, and nothing else.

    Source: HashiCorp Vault, "AWS auth method"; EKS User Guide, "aws eks get-token".
    """
    asked = (events["event_source"] == "sts.amazonaws.com") & (events["event_name"] == "GetCallerIdentity")
    named = {client: not is_sdk(client) for client in events["user_agent"].dropna().unique()}
    plain = events["user_agent"].map(named).eq(True)
    alone = ~events["source_address"].isin(set(events.loc[~(asked & plain), "source_address"].dropna()))
    return asked & plain & alone


def _agents(client: str) -> frozenset[str]:
    return products(client) & AGENT_SERVICES.keys()


def _service(events: pd.DataFrame) -> pd.Series:
    return events["event_source"].fillna("").str.removesuffix(".amazonaws.com")
