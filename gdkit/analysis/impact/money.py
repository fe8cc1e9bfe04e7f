"""Calls that start what AWS bills, or open the way to it: what, how many and where, and no invented prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gdkit import tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from gdkit.analysis.impact.calls import Call


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of call starts.

    Attributes:
        service: the service in a reader's words.
        what: paths of what was asked for (``Call.found``); or, after ``=``, a fixed word.
        started: path of the things that AWS says it started, to count them.
        detail: paths of what else matters; a path after ``spot:`` says "spot" where something stands there.
    """

    service: str
    what: str
    started: str = ""
    detail: str = ""


_EC2_TYPE = "request.instanceType response.instancesSet.instanceType"
_MODEL = "request.modelId resources.bedrock"

COSTS: dict[str, Cost] = {
    "ec2:RunInstances": Cost("EC2", _EC2_TYPE, "response.instancesSet.instanceId",
                             "spot:request.instanceMarketOptions"),
    "ec2:StartInstances": Cost("EC2", "=stopped instances started", "response.instancesSet.instanceId"),
    "ec2:RequestSpotInstances": Cost("EC2", "request.launchSpecification.instanceType",
                                     "response.spotInstanceRequestSet.spotInstanceRequestId", "spot:request"),
    "ec2:RequestSpotFleet": Cost("EC2", "request.spotFleetRequestConfig.launchSpecifications.instanceType", "",
                                 "spot:request"),
    "ec2:CreateFleet": Cost("EC2", "=fleet", "response.fleetId"),
    "ec2:AllocateHosts": Cost("EC2", "request.instanceType", "response.hostIdSet"),
    "ec2:PurchaseReservedInstancesOffering": Cost("EC2", "=reserved instances",
                                                  "response.reservedInstancesId"),
    "ec2:CreateCapacityReservation": Cost("EC2", "request.instanceType"),
    "ec2:CreateVolume": Cost("EC2", "request.volumeType", "response.volumeId"),
    "autoscaling:CreateAutoScalingGroup": Cost("EC2 Auto Scaling", "=group", "", "request.maxSize"),
    "autoscaling:UpdateAutoScalingGroup": Cost("EC2 Auto Scaling", "=group changed", "", "request.maxSize"),
    "autoscaling:SetDesiredCapacity": Cost("EC2 Auto Scaling", "=capacity", "", "request.desiredCapacity"),
    "lightsail:CreateInstances": Cost("Lightsail", "request.bundleId", "response.operations.id"),
    "gamelift:CreateFleet": Cost("GameLift", "request.eC2InstanceType"),
    "bedrock:InvokeModel": Cost("Bedrock", _MODEL),
    "bedrock:InvokeModelWithResponseStream": Cost("Bedrock", _MODEL),
    "bedrock:InvokeModelWithBidirectionalStream": Cost("Bedrock", _MODEL),
    "bedrock:Converse": Cost("Bedrock", _MODEL),
    "bedrock:ConverseStream": Cost("Bedrock", _MODEL),
    "bedrock:CreateModelInvocationJob": Cost("Bedrock", _MODEL),
    "bedrock:CreateProvisionedModelThroughput": Cost("Bedrock", _MODEL),
    "bedrock:CreateModelCustomizationJob": Cost("Bedrock", "request.baseModelIdentifier"),
    "bedrock:CreateFoundationModelAgreement": Cost("Bedrock model access", "request.modelId"),
    "bedrock:PutFoundationModelEntitlement": Cost("Bedrock model access", "request.modelId"),
    "bedrock:PutUseCaseForModelAccess": Cost("Bedrock model access", "=use case filed"),
    "bedrock-mantle:CreateInference": Cost("Bedrock", "request.model request.modelId"),
    "ses:SendEmail": Cost("SES", "=messages"),
    "ses:SendRawEmail": Cost("SES", "=messages"),
    "ses:SendBulkEmail": Cost("SES", "=bulk messages"),
    "ses:SendBulkTemplatedEmail": Cost("SES", "=bulk messages"),
    "ses:SendTemplatedEmail": Cost("SES", "=messages"),
    "ses:PutAccountDetails": Cost("SES", "=production access asked for"),
    "ses:UpdateAccountSendingEnabled": Cost("SES", "=sending switched", "", "request.enabled"),
    "sns:Publish": Cost("SNS", "=messages"),
    "sns:PublishBatch": Cost("SNS", "=message batches"),
    "sms-voice:SendTextMessage": Cost("SMS", "=messages"),
    "sms-voice:SendVoiceMessage": Cost("SMS", "=voice messages"),
    "sagemaker:CreateNotebookInstance": Cost("SageMaker", "request.instanceType"),
    "sagemaker:CreateTrainingJob": Cost("SageMaker", "request.resourceConfig.instanceType", "",
                                        "request.resourceConfig.instanceCount"),
    "sagemaker:CreateProcessingJob": Cost("SageMaker", "request.processingResources.clusterConfig.instanceType"),
    "sagemaker:CreateEndpoint": Cost("SageMaker", "=endpoint"),
    "sagemaker:CreateEndpointConfig": Cost("SageMaker", "request.productionVariants.instanceType"),
    "sagemaker:CreateApp": Cost("SageMaker", "request.resourceSpec.instanceType"),
    "sagemaker:CreateCluster": Cost("SageMaker", "request.instanceGroups.instanceType"),
    "ecs:CreateCluster": Cost("ECS", "=cluster"),
    "ecs:RunTask": Cost("ECS", "request.launchType request.taskDefinition", "response.tasks.taskArn"),
    "ecs:CreateService": Cost("ECS", "request.launchType request.taskDefinition", "", "request.desiredCount"),
    "ecs:UpdateService": Cost("ECS", "=service changed", "", "request.desiredCount"),
    "eks:CreateCluster": Cost("EKS", "=cluster"),
    "eks:CreateNodegroup": Cost("EKS", "request.instanceTypes"),
    "batch:CreateComputeEnvironment": Cost("Batch", "request.computeResources.instanceTypes", "",
                                           "request.computeResources.maxvCpus"),
    "batch:SubmitJob": Cost("Batch", "request.jobDefinition", "response.jobId"),
    "lambda:CreateFunction": Cost("Lambda", "=function", "response.functionArn", "request.memorySize"),
    "lambda:PutProvisionedConcurrencyConfig": Cost("Lambda", "=provisioned concurrency"),
    "codebuild:StartBuild": Cost("CodeBuild", "=build"),
    "codebuild:CreateProject": Cost("CodeBuild", "request.environment.computeType"),
    "glue:CreateDevEndpoint": Cost("Glue", "=development endpoint"),
    "glue:StartJobRun": Cost("Glue", "=job run"),
    "elasticmapreduce:RunJobFlow": Cost("EMR", "request.instances.masterInstanceType"),
    "rds:CreateDBInstance": Cost("RDS", "request.dBInstanceClass"),
    "rds:RestoreDBInstanceFromDBSnapshot": Cost("RDS", "request.dBInstanceClass"),
    "redshift:CreateCluster": Cost("Redshift", "request.nodeType"),
    "workspaces:CreateWorkspaces": Cost("WorkSpaces", "=workspaces"),
    "appstream:CreateFleet": Cost("AppStream", "request.instanceType"),
    "route53domains:RegisterDomain": Cost("Route 53 domains", "request.domainName"),
    "route53domains:TransferDomain": Cost("Route 53 domains", "request.domainName"),
    "route53domains:RenewDomain": Cost("Route 53 domains", "request.domainName"),
    "aws-marketplace:AcceptAgreementRequest": Cost("Marketplace", "=agreement"),
    "aws-marketplace:Subscribe": Cost("Marketplace", "=subscription"),
    "savingsplans:CreateSavingsPlan": Cost("Savings Plans", "=plan"),
    "servicequotas:RequestServiceQuotaIncrease": Cost("Service quotas", "request.serviceCode", "",
                                                      "request.quotaCode request.desiredValue"),
    "support:CreateCase": Cost("Support", "request.serviceCode"),
    "account:EnableRegion": Cost("Regions", "request.regionName"),
}  # fmt: skip
"""By ``names.operation``. Source: the API References of the services named."""


@dataclass(slots=True)
class _Sum:
    """One row while it is counted."""

    outcomes: dict[str, int] = field(default_factory=lambda: {"succeeded": 0, "refused": 0, "failed": 0, "dry_run": 0})
    quantity: int | None = None
    times: list[datetime] = field(default_factory=list)
    details: dict[str, None] = field(default_factory=dict)


def costs_frame(calls: Iterable[Call]) -> pd.DataFrame:
    """Give ``tables.COSTS``, one row for each service, thing asked for, region, account and party.

    Args:
        calls: those whose operation stands in ``COSTS``, by time.
    """
    sums: dict[tuple[str | None, ...], _Sum] = {}
    for call in calls:
        cost = COSTS[call.operation]
        key = (cost.service, _what(call, cost), call.event_name, call.account_id, call.region, call.party)
        _count(sums.setdefault(key, _Sum()), call, cost)
    rows = [_row(key, found) for key, found in sums.items()]
    rows.sort(key=lambda row: (row["service"], -row["calls"], row["what"] or "", row["region"] or ""))
    return tables.frame_of_rows(tables.COSTS, rows)


def _what(call: Call, cost: Cost) -> str | None:
    if cost.what.startswith("="):
        return cost.what[1:]
    return ", ".join(call.found(*cost.what.split())[:5]) or None


def _count(found: _Sum, call: Call, cost: Cost) -> None:
    found.outcomes[call.outcome] += 1
    if call.event_at is not None:
        found.times.append(call.event_at)
    started = call.found(cost.started) if cost.started and call.outcome == "succeeded" else []
    if started:
        found.quantity = (found.quantity or 0) + len(started)
    for path in cost.detail.split():
        if path.startswith("spot:"):
            found.details.update({"spot": None} if call.holds(path.removeprefix("spot:")) else {})
        elif values := call.found(path):
            found.details[f"{path.rpartition('.')[2]}: {values[0]}"] = None


def _row(key: tuple[str | None, ...], found: _Sum) -> dict[str, Any]:
    service, what, event_name, account_id, region, party = key
    return {
        "service": service, "what": what, "event_name": event_name, "account_id": account_id, "region": region,
        "party": party, "calls": found.outcomes["succeeded"], "quantity": found.quantity,
        "refused": found.outcomes["refused"], "failed": found.outcomes["failed"],
        "dry_run": found.outcomes["dry_run"], "first_at": min(found.times, default=None),
        "last_at": max(found.times, default=None), "detail": "\n".join(list(found.details)[:20]) or None,
    }  # fmt: skip
