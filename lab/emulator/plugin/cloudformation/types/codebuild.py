"""The module provides CodeBuild projects."""

from ..resource import Made, Properties, Provider, Request, Resource, lower_keys, pick, provides

# The two spellings of these members differ by more than the first letter.
_SOURCE = {"buildSpec": "buildspec"}


def _settings(properties: Properties) -> Properties:
    source = {_SOURCE.get(key, key): value for key, value in lower_keys(properties["Source"]).items()}
    plain = lower_keys(
        pick(
            properties,
            "Description",
            "Artifacts",
            "Environment",
            "ServiceRole",
            "TimeoutInMinutes",
            "QueuedTimeoutInMinutes",
            "SourceVersion",
            "EncryptionKey",
            "Cache",
            "LogsConfig",
            "VpcConfig",
            "ConcurrentBuildLimit",
            "Tags",
        )
    )
    return {**plain, "source": source}


@provides("AWS::CodeBuild::Project")
class Project(Provider):
    replaced_by = frozenset({"Name"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"), 150)
        arn = request.client("codebuild").create_project(name=name, **_settings(request.properties))["project"]["arn"]
        return Made(name, {"Arn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        request.client("codebuild").update_project(name=resource.physical_resource_id, **_settings(request.properties))
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("codebuild").delete_project(name=physical_id)
