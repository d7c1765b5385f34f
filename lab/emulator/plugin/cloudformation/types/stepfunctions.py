"""The module provides Step Functions state machines."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, lower_keys, pick, provides


def _definition(request: Request) -> str:
    properties = request.properties
    if properties.get("DefinitionS3Location"):
        location = properties["DefinitionS3Location"]
        version = {"VersionId": location["Version"]} if location.get("Version") else {}
        body = request.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)["Body"]
        text = body.read().decode("utf-8")
    elif properties.get("DefinitionString"):
        text = properties["DefinitionString"]
    else:
        text = json.dumps(properties["Definition"])
    for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
        text = text.replace("${" + name + "}", str(value).lower() if isinstance(value, bool) else str(value))
    return text


def _settings(request: Request) -> Properties:
    configuration = lower_keys(
        pick(request.properties, "LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration")
    )
    return {"definition": _definition(request), "roleArn": request.properties["RoleArn"], **configuration}


@provides("AWS::StepFunctions::StateMachine")
class StateMachine(Provider):
    replaced_by = frozenset({"StateMachineName", "StateMachineType"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        name = request.name(properties.get("StateMachineName"), 80)
        arn = request.client("stepfunctions").create_state_machine(
            name=name,
            type=properties.get("StateMachineType", "STANDARD"),
            tags=lower_keys(properties.get("Tags") or []),
            **_settings(request),
        )["stateMachineArn"]
        return Made(arn, {"Arn": arn, "Name": name})

    def update(self, request: Request, resource: Resource) -> Made:
        states, arn = request.client("stepfunctions"), resource.physical_resource_id
        states.update_state_machine(stateMachineArn=arn, **_settings(request))
        if request.properties.get("Tags") != resource.properties.get("Tags"):
            states.tag_resource(resourceArn=arn, tags=lower_keys(request.properties.get("Tags") or []))
        return Made(arn, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("stepfunctions").delete_state_machine(stateMachineArn=physical_id)
