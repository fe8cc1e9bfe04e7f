"""Calls that pass a role to something that runs on, declared once, and how the sessions of each are named.

Source: user guides of the services on their execution roles; names of sessions as their CloudTrail examples show them
(Lambda: the function's name; CloudFormation: AWSCloudFormation; ECS: the task's id; CodeBuild: AWSCodeBuild- and the
build's id; SageMaker: SageMaker; Glue: GlueJobRunnerSession and the like).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """How a call passes a role to something.

    Attributes:
        kind: the node's kind.
        name: dotted path of its name in the request.
        roles: dotted paths of the role, in the request or the answer; lists on the way are entered.
        made: whether the call makes a new thing; else it changes one.
        own_session: whether its sessions bear its name and no other's.
        prefix: how its sessions' names begin, where others of the role begin so too; empty where unknown.
        service: the service that takes the role for it, where its own record of that shows the credential.
    """

    kind: str
    name: str
    roles: tuple[str, ...] = ()
    made: bool = False
    own_session: bool = False
    prefix: str = ""
    service: str = ""


_FUNCTION = Carrier("function", "functionName", ("role",), own_session=True)
_STACK = Carrier("stack", "stackName", ("roleARN",), prefix="AWSCloudFormation")
_GLUE = {"roles": ("role", "roleArn"), "prefix": "Glue", "service": "glue.amazonaws.com"}
_PROJECT = Carrier("build_project", "name", ("serviceRole",), prefix="AWSCodeBuild-")
_STATES = Carrier("state_machine", "name", ("roleArn",), service="states.amazonaws.com")
_SCHEDULE = Carrier("schedule", "name", ("target.roleArn",), service="scheduler.amazonaws.com")
_SAGEMAKER = {"roles": ("roleArn", "executionRoleArn", "defaultUserSettings.executionRole"), "prefix": "SageMaker"}

CARRIERS: dict[str, Carrier] = {
    "lambda CreateFunction": Carrier("function", "functionName", ("role",), made=True, own_session=True),
    "lambda UpdateFunctionConfiguration": _FUNCTION,
    "lambda UpdateFunctionCode": _FUNCTION,
    "cloudformation CreateStack": _STACK,
    "cloudformation UpdateStack": _STACK,
    "cloudformation CreateChangeSet": _STACK,
    "cloudformation CreateStackSet": Carrier("stack", "stackSetName", ("administrationRoleARN",)),
    "ecs RegisterTaskDefinition": Carrier("task_definition", "family", ("taskRoleArn", "executionRoleArn")),
    "ecs CreateService": Carrier("service", "serviceName"),
    "ecs UpdateService": Carrier("service", "service"),
    "sagemaker CreateNotebookInstance": Carrier("notebook", "notebookInstanceName", **_SAGEMAKER),  # type: ignore[arg-type]
    "sagemaker CreateTrainingJob": Carrier("job", "trainingJobName", **_SAGEMAKER),  # type: ignore[arg-type]
    "sagemaker CreateProcessingJob": Carrier("job", "processingJobName", **_SAGEMAKER),  # type: ignore[arg-type]
    "sagemaker CreateDomain": Carrier("notebook", "domainName", **_SAGEMAKER),  # type: ignore[arg-type]
    "glue CreateJob": Carrier("job", "name", **_GLUE),  # type: ignore[arg-type]
    "glue UpdateJob": Carrier("job", "jobName", ("jobUpdate.role",), prefix="Glue", service="glue.amazonaws.com"),
    "glue CreateDevEndpoint": Carrier("notebook", "endpointName", **_GLUE),  # type: ignore[arg-type]
    "glue CreateSession": Carrier("notebook", "id", **_GLUE),  # type: ignore[arg-type]
    "codebuild CreateProject": _PROJECT,
    "codebuild UpdateProject": _PROJECT,
    "datapipeline CreatePipeline": Carrier("pipeline", "name"),
    "datapipeline PutPipelineDefinition": Carrier("pipeline", "pipelineId"),
    "states CreateStateMachine": _STATES,
    "states UpdateStateMachine": Carrier("state_machine", "stateMachineArn", ("roleArn",),
                                         service="states.amazonaws.com"),
    "scheduler CreateSchedule": _SCHEDULE,
    "scheduler UpdateSchedule": _SCHEDULE,
    "events PutTargets": Carrier("schedule", "rule", ("targets.roleArn",), service="events.amazonaws.com"),
    "ssm StartAutomationExecution": Carrier("job", "documentName", ("parameters.AutomationAssumeRole",),
                                            service="ssm.amazonaws.com"),
    "elasticmapreduce RunJobFlow": Carrier("cluster", "name", ("jobFlowRole", "serviceRole")),
    "ec2 CreateFleet": Carrier("fleet", "clientToken"),
}  # fmt: skip
"""By service and operation (without Lambda's version in it), what passes a role, or may."""
