"""The module provides CloudFormation's own types: custom resources, wait handles, metadata."""

import json
import threading
import uuid
from typing import Any

from ... import gateway, server
from ..resource import Made, Properties, Provider, Request, Resource, provides

_TIMEOUT_SECONDS = 3600

_answers: dict[str, tuple[threading.Event, dict[str, Any]]] = {}


@server.route("cfn-response")
def _response(environ: dict, token: str) -> tuple[str, str, bytes]:
    """A custom resource's function puts its answer here."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    waiting = _answers.get(token)
    if waiting is None:
        return "404 Not Found", "text/plain", b"nobody waits for this answer"
    arrived, answer = waiting
    answer.update(json.loads(body))
    arrived.set()
    return "200 OK", "text/plain", b""


@provides("AWS::CloudFormation::CustomResource")
class CustomResource(Provider):
    replaced_by = frozenset({"ServiceToken"})

    def create(self, request: Request) -> Made:
        return self._ask(request, {"RequestType": "Create"})

    def update(self, request: Request, resource: Resource) -> Made:
        old_id = resource.physical_resource_id
        made = self._ask(
            request,
            {
                "RequestType": "Update",
                "PhysicalResourceId": old_id,
                "OldResourceProperties": resource.properties,
            },
        )
        # Another id in the answer means that the function created another thing: the old one is then deleted.
        if made.physical_id != old_id:
            self.delete(_with(request, resource.properties), old_id)
        return made

    def delete(self, request: Request, physical_id: str) -> None:
        self._ask(request, {"RequestType": "Delete", "PhysicalResourceId": physical_id})

    @staticmethod
    def _ask(request: Request, event: dict[str, Any]) -> Made:
        token = uuid.uuid4().hex
        arrived, answer = _answers[token] = (threading.Event(), {})
        payload = {
            **event,
            "ServiceToken": request.properties["ServiceToken"],
            "ResponseURL": f"{gateway.endpoint()}{server.PREFIX}cfn-response/{token}",
            "StackId": request.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": request.logical_id,
            "ResourceType": request.type,
            "ResourceProperties": _strings(request.properties),
        }
        timeout = int(request.properties.get("ServiceTimeout", _TIMEOUT_SECONDS))
        try:
            invoked = request.client("lambda").invoke(
                FunctionName=request.properties["ServiceToken"],
                InvocationType="RequestResponse",
                Payload=json.dumps(payload).encode(),
            )
            # A function that crashed never answers; one that answers through others may do so later.
            if invoked.get("FunctionError") and not arrived.is_set():
                raise RuntimeError(f"the custom resource's function failed: {invoked['Payload'].read().decode()}")
            if not arrived.wait(timeout):
                raise RuntimeError("CloudFormation did not receive a response from your Custom Resource.")
        finally:
            del _answers[token]
        if answer.get("Status") != "SUCCESS":
            reason = answer.get("Reason")
            raise RuntimeError(f"Received response status [FAILED] from custom resource. Message returned: {reason}")
        return Made(answer.get("PhysicalResourceId") or request.logical_id, answer.get("Data") or {})


def _strings(value: Any) -> Any:
    """CloudFormation hands every value to a function as text."""
    if isinstance(value, dict):
        return {key: _strings(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_strings(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(request: Request, properties: Properties) -> Request:
    from dataclasses import replace

    return replace(request, properties=properties)


@provides("AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle")
class Nothing(Provider):
    def create(self, request: Request) -> Made:
        return Made(request.name(None))

    def update(self, request: Request, resource: Resource) -> Made:
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        """There is nothing to delete."""
