"""Calls against what watches: detection, logs and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdkit import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd

    from gdkit.analysis.impact.calls import Call


@dataclass(frozen=True, slots=True)
class Tampering:
    """What one kind of call does to what watches.

    Attributes:
        watcher: what watches.
        what: what the call does, in words.
        target: paths of what it is done to (``Call.found``); the first that holds something.
        doubt: what the log alone cannot tell of it.
        log_bucket: whether the call matters only where its bucket holds logs.
    """

    watcher: str
    what: str
    target: str = ""
    doubt: str = ""
    log_bucket: bool = False


_EITHER_WAY = "it may have been set back to what it was, or to more"
_ALARM = "whether the rule raised alarms is not in the log"
_WHICH = "whether the bucket holds logs is not known"
_DETECTOR = "request.detectorId"
_GROUP = "request.logGroupName"


def _all(watcher: str, prefix: str, *rows: tuple[str, ...]) -> dict[str, Tampering]:
    return {f"{prefix}:{row[0]}": Tampering(watcher, row[1], row[2], "".join(row[3:])) for row in rows}


TAMPERING: dict[str, Tampering] = {
    **_all("GuardDuty", "guardduty",
        ("CreateFilter", "made a filter, which can archive findings unseen", "request.name"),
        ("UpdateFilter", "changed a filter, which can archive findings unseen", "request.filterName"),
        ("DeleteFilter", "deleted a filter, which may have been its own trace", "request.filterName"),
        ("CreateIPSet", "made a trusted IP list: its addresses raise no finding", "request.name"),
        ("UpdateIPSet", "changed a trusted IP list: its addresses raise no finding", "request.ipSetId"),
        ("DeleteThreatIntelSet", "deleted a threat list", "request.threatIntelSetId"),
        ("CreateTrustedEntitySet", "made a trusted entity list: its members raise no finding", "request.name"),
        ("UpdateTrustedEntitySet", "changed a trusted entity list", "request.trustedEntitySetId"),
        ("DeleteThreatEntitySet", "deleted a threat entity list", "request.threatEntitySetId"),
        ("UpdateDetector", "changed the detector", _DETECTOR, _EITHER_WAY),
        ("DeleteDetector", "deleted the detector with all findings", _DETECTOR),
        ("ArchiveFindings", "archived findings", "request.findingIds"),
        ("UpdateFindingsFeedback", "marked findings as useful or not", "request.findingIds"),
        ("DeletePublishingDestination", "deleted an export of findings", "request.destinationId"),
        ("UpdatePublishingDestination", "changed an export of findings", "request.destinationId"),
        ("DeleteMembers", "removed member accounts", "request.accountIds"),
        ("DisassociateMembers", "let go of member accounts", "request.accountIds"),
        ("StopMonitoringMembers", "stopped watching member accounts", "request.accountIds"),
        ("UpdateMemberDetectors", "changed detectors of member accounts", "request.accountIds", _EITHER_WAY),
        ("DisassociateFromAdministratorAccount", "left the administrator account", _DETECTOR),
        ("DisassociateFromMasterAccount", "left the administrator account", _DETECTOR),
        ("DisableOrganizationAdminAccount", "took the administrator's office away", "request.adminAccountId"),
        ("UpdateOrganizationConfiguration", "changed what new accounts get", _DETECTOR, _EITHER_WAY),
        ("UpdateMalwareScanSettings", "changed malware scans", _DETECTOR, _EITHER_WAY)),
    **_all("CloudTrail", "cloudtrail",
        ("StopLogging", "stopped a trail", "request.name"),
        ("DeleteTrail", "deleted a trail", "request.name"),
        ("UpdateTrail", "changed a trail", "request.name", _EITHER_WAY),
        ("PutEventSelectors", "changed which events a trail logs", "request.trailName", _EITHER_WAY),
        ("PutInsightSelectors", "changed which insights a trail logs", "request.trailName", _EITHER_WAY),
        ("DeleteEventDataStore", "deleted an event data store", "request.eventDataStore"),
        ("UpdateEventDataStore", "changed an event data store", "request.eventDataStore", _EITHER_WAY),
        ("StopEventDataStoreIngestion", "stopped an event data store", "request.eventDataStore"),
        ("DeregisterOrganizationDelegatedAdmin", "took the administrator's office away",
         "request.delegatedAdminAccountId")),
    **_all("Config", "config",
        ("StopConfigurationRecorder", "stopped the recorder", "request.configurationRecorderName"),
        ("DeleteConfigurationRecorder", "deleted the recorder", "request.configurationRecorderName"),
        ("PutConfigurationRecorder", "changed the recorder", "request.configurationRecorder.name", _EITHER_WAY),
        ("DeleteDeliveryChannel", "deleted the delivery channel", "request.deliveryChannelName"),
        ("PutDeliveryChannel", "changed the delivery channel", "request.deliveryChannel.name", _EITHER_WAY),
        ("DeleteConfigRule", "deleted a rule", "request.configRuleName"),
        ("DeleteConfigurationAggregator", "deleted an aggregator", "request.configurationAggregatorName"),
        ("DeleteConformancePack", "deleted a conformance pack", "request.conformancePackName"),
        ("DeleteRetentionConfiguration", "deleted how long records are kept", "request.retentionConfigurationName")),
    **_all("CloudWatch Logs", "logs",
        ("DeleteLogGroup", "deleted a log group", _GROUP),
        ("DeleteLogStream", "deleted a log stream", "request.logStreamName"),
        ("PutRetentionPolicy", "changed how long logs are kept", _GROUP, _EITHER_WAY),
        ("DeleteSubscriptionFilter", "deleted where logs are passed on to", _GROUP),
        ("PutSubscriptionFilter", "changed where logs are passed on to", _GROUP, _EITHER_WAY),
        ("DeleteMetricFilter", "deleted a metric filter, which alarms rest on", "request.filterName"),
        ("DeleteDestination", "deleted a destination of logs", "request.destinationName")),
    **_all("CloudWatch alarms", "cloudwatch",
        ("DeleteAlarms", "deleted alarms", "request.alarmNames"),
        ("DisableAlarmActions", "silenced alarms", "request.alarmNames"),
        ("SetAlarmState", "set the state of an alarm by hand", "request.alarmName"),
        ("PutMetricAlarm", "changed or made an alarm", "request.alarmName", _EITHER_WAY)),
    **_all("VPC flow logs", "ec2", ("DeleteFlowLogs", "deleted flow logs", "request.flowLogId request.flowLogIds")),
    **_all("DNS query logs", "route53resolver",
        ("DeleteResolverQueryLogConfig", "deleted DNS query logging", "request.resolverQueryLogConfigId"),
        ("DisassociateResolverQueryLogConfig", "took DNS query logging from a network", "request.resourceId")),
    **_all("Security Hub", "securityhub",
        ("DisableSecurityHub", "switched Security Hub off", ""),
        ("BatchDisableStandards", "switched standards off", "request.standardsSubscriptionArns"),
        ("DisableImportFindingsForProduct", "stopped findings of a product", "request.productSubscriptionArn"),
        ("UpdateStandardsControl", "changed a control", "request.standardsControlArn", _EITHER_WAY),
        ("BatchUpdateFindings", "changed findings, such as to resolved", "request.findingIdentifiers.id"),
        ("UpdateFindings", "changed findings, such as to archived", ""),
        ("DeleteInsight", "deleted an insight", "request.insightArn"),
        ("DeleteMembers", "removed member accounts", "request.accountIds"),
        ("DisassociateFromAdministratorAccount", "left the administrator account", ""),
        ("CreateAutomationRule", "made a rule that can change findings unseen", "request.ruleName"),
        ("DeleteActionTarget", "deleted an action", "request.actionTargetArn")),
    **_all("EventBridge", "events",
        ("DisableRule", "switched a rule off", "request.name", _ALARM),
        ("DeleteRule", "deleted a rule", "request.name", _ALARM),
        ("RemoveTargets", "took targets from a rule", "request.rule", _ALARM)),
    **_all("Access Analyzer", "access-analyzer",
        ("DeleteAnalyzer", "deleted an analyzer", "request.analyzerName"),
        ("CreateArchiveRule", "made a rule that archives findings", "request.ruleName"),
        ("UpdateFindings", "archived or reopened findings", "request.ids")),
    **_all("Inspector", "inspector2", ("Disable", "switched scans off", "request.resourceTypes")),
    **_all("Macie", "macie2", ("DisableMacie", "switched Macie off", ""),
        ("UpdateMacieSession", "paused or resumed Macie", "request.status")),
    **_all("Detective", "detective", ("DeleteGraph", "deleted the graph", "request.graphArn")),
    **_all("Bedrock logs", "bedrock",
        ("DeleteModelInvocationLoggingConfiguration", "stopped logging of model calls", ""),
        ("PutModelInvocationLoggingConfiguration", "changed logging of model calls", "", _EITHER_WAY)),
    **_all("KMS", "kms",
        ("ScheduleKeyDeletion", "marked a key for deletion: what it encrypts, logs too, becomes unreadable",
         "request.keyId"),
        ("DisableKey", "switched a key off: what it encrypts, logs too, becomes unreadable", "request.keyId")),
    **_all("Organizations", "organizations",
        ("LeaveOrganization", "left the organisation, and with it its trails and policies", ""),
        ("DetachPolicy", "took a policy away", "request.policyId"),
        ("DeletePolicy", "deleted a policy", "request.policyId")),
    **_all("WAF", "wafv2", ("DeleteLoggingConfiguration", "stopped logging of requests", "request.resourceArn"),
        ("DisassociateWebACL", "took the firewall from a resource", "request.resourceArn")),
    **{f"s3:{name}": Tampering("S3 bucket of logs", what, "request.bucketName", _WHICH, True) for name, what in (
        ("PutBucketLifecycle", "changed when objects are deleted"),
        ("PutBucketLifecycleConfiguration", "changed when objects are deleted"),
        ("PutBucketPolicy", "changed the bucket's policy"),
        ("DeleteBucketPolicy", "deleted the bucket's policy"),
        ("PutBucketVersioning", "switched versions on or off"),
        ("PutBucketLogging", "changed access logging"),
        ("PutBucketEncryption", "changed the encryption"),
        ("PutBucketReplication", "changed the replication"),
        ("DeleteBucketReplication", "stopped the replication"),
        ("DeleteBucket", "deleted the bucket"),
        ("DeleteObject", "deleted an object"),
        ("DeleteObjects", "deleted objects"),
    )},
}  # fmt: skip
"""By ``names.operation``. Source: the API References of the services named."""

_MOST_TARGETS = 20


def tamper_frame(calls: Iterable[Call], log_buckets: Collection[str] | None = None) -> pd.DataFrame:
    """Give ``tables.TAMPER`` by time: one row a call, whether it succeeded or not.

    Args:
        calls: those whose operation stands in ``TAMPERING``, by time.
        log_buckets: names of the buckets that hold logs; None where that is not known. Then every such change of a
            bucket is listed with that doubt, except the deletion of objects, which most workloads do.
    """
    rows = (_row(call, TAMPERING[call.operation], log_buckets) for call in calls)
    return tables.frame_of_rows(tables.TAMPER, [row for row in rows if row])


def _row(call: Call, tampering: Tampering, log_buckets: Collection[str] | None) -> dict[str, Any] | None:
    targets = call.found(*tampering.target.split()) if tampering.target else []
    doubt = tampering.doubt
    if tampering.log_bucket:
        if log_buckets is None and call.operation.startswith("s3:DeleteObject"):
            return None
        if log_buckets is not None and targets:
            if not set(targets) & set(log_buckets):
                return None
            doubt = ""
    shown = targets[:_MOST_TARGETS] + ([f"… and {len(targets) - _MOST_TARGETS} more"] * (len(targets) > _MOST_TARGETS))
    return {
        "event_id": call.event_id, "event_at": call.event_at, "event_name": call.event_name,
        "watcher": tampering.watcher, "what": tampering.what, "target": "\n".join(shown) or None,
        "account_id": call.account_id, "region": call.region, "party": call.party, "outcome": call.outcome,
        "doubt": doubt or None,
    }  # fmt: skip
