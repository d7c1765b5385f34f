"""The module provides Lambda functions and what belongs to them."""

import io
import zipfile

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides, tag_map

_CONFIGURATION = (
    "Handler",
    "Role",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "Environment",
    "Layers",
    "VpcConfig",
    "DeadLetterConfig",
    "TracingConfig",
    "EphemeralStorage",
    "LoggingConfig",
    "KmsKeyArn",
    "FileSystemConfigs",
    "ImageConfig",
    "SnapStart",
)


def _code(properties: Properties) -> dict:
    code = properties["Code"]
    if "ZipFile" not in code:
        return pick(code, "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri")
    # In a template, ZipFile is the source text of one file.
    archive = io.BytesIO()
    extension = "py" if str(properties.get("Runtime", "")).startswith("python") else "js"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(f"index.{extension}"), code["ZipFile"])
    return {"ZipFile": archive.getvalue()}


@provides("AWS::Lambda::Function")
class Function(Provider):
    replaced_by = frozenset({"FunctionName", "PackageType"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        made = request.client("lambda").create_function(
            FunctionName=request.name(properties.get("FunctionName")),
            Code=_code(properties),
            Tags=tag_map(properties.get("Tags")),
            **pick(properties, *_CONFIGURATION, "Architectures", "PackageType"),
        )
        self._concurrency(request, made["FunctionName"], {})
        return Made(made["FunctionName"], {"Arn": made["FunctionArn"]})

    def update(self, request: Request, resource: Resource) -> Made:
        client, name, properties = request.client("lambda"), resource.physical_resource_id, request.properties
        if any(properties.get(key) != resource.properties.get(key) for key in ("Code", "Architectures")):
            client.update_function_code(FunctionName=name, **_code(properties), **pick(properties, "Architectures"))
        configuration = pick(properties, *_CONFIGURATION)
        if resource.properties.get("Environment") and "Environment" not in configuration:
            configuration["Environment"] = {"Variables": {}}
        client.update_function_configuration(FunctionName=name, **configuration)
        tags, old = tag_map(properties.get("Tags")), tag_map(resource.properties.get("Tags"))
        arn = resource.attributes["Arn"]
        if old.keys() - tags.keys():
            client.untag_resource(Resource=arn, TagKeys=sorted(old.keys() - tags.keys()))
        if tags:
            client.tag_resource(Resource=arn, Tags=tags)
        self._concurrency(request, name, resource.properties)
        return Made(name, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").delete_function(FunctionName=physical_id)

    @staticmethod
    def _concurrency(request: Request, name: str, old: Properties) -> None:
        reserved = request.properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            request.client("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=int(reserved)
            )
        elif old.get("ReservedConcurrentExecutions") is not None:
            request.client("lambda").delete_function_concurrency(FunctionName=name)


@provides("AWS::Lambda::Permission")
class Permission(Provider):
    def create(self, request: Request) -> Made:
        statement = request.name(None, 100)
        request.client("lambda").add_permission(
            StatementId=statement,
            **pick(
                request.properties,
                "FunctionName",
                "Action",
                "Principal",
                "SourceArn",
                "SourceAccount",
                "EventSourceToken",
                "FunctionUrlAuthType",
                "PrincipalOrgID",
            ),
        )
        return Made(statement, {"Id": statement})

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").remove_permission(
            FunctionName=request.properties["FunctionName"], StatementId=physical_id
        )


@provides("AWS::Lambda::Version")
class Version(Provider):
    def create(self, request: Request) -> Made:
        published = request.client("lambda").publish_version(**pick(request.properties, "FunctionName", "Description"))
        arn = published["FunctionArn"]
        return Made(arn, {"Version": published["Version"], "FunctionArn": arn})

    def delete(self, request: Request, physical_id: str) -> None:
        name, version = request.properties["FunctionName"], physical_id.rsplit(":", 1)[1]
        request.client("lambda").delete_function(FunctionName=name, Qualifier=version)


@provides("AWS::Lambda::Alias")
class Alias(Provider):
    replaced_by = frozenset({"Name", "FunctionName"})

    def create(self, request: Request) -> Made:
        arn = request.client("lambda").create_alias(**self._settings(request))["AliasArn"]
        return Made(arn, {"AliasArn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        request.client("lambda").update_alias(**self._settings(request))
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").delete_alias(**pick(request.properties, "FunctionName", "Name"))

    @staticmethod
    def _settings(request: Request) -> Properties:
        return pick(request.properties, "FunctionName", "Name", "FunctionVersion", "Description")


@provides("AWS::Lambda::EventInvokeConfig")
class EventInvokeConfig(Provider):
    replaced_by = frozenset({"FunctionName", "Qualifier"})

    def create(self, request: Request) -> Made:
        self._put(request)
        return Made(request.name(None))

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").delete_function_event_invoke_config(**pick(request.properties, "FunctionName"))

    @staticmethod
    def _put(request: Request) -> None:
        names = ("FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "DestinationConfig")
        request.client("lambda").put_function_event_invoke_config(**pick(request.properties, *names))


@provides("AWS::Lambda::Url")
class Url(Provider):
    replaced_by = frozenset({"TargetFunctionArn", "Qualifier"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        made = request.client("lambda").create_function_url_config(
            FunctionName=properties["TargetFunctionArn"],
            **pick(properties, "AuthType", "Cors", "InvokeMode", "Qualifier"),
        )
        return Made(made["FunctionArn"], {"FunctionUrl": made["FunctionUrl"], "FunctionArn": made["FunctionArn"]})

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").delete_function_url_config(FunctionName=request.properties["TargetFunctionArn"])


@provides("AWS::Lambda::EventSourceMapping")
class EventSourceMapping(Provider):
    replaced_by = frozenset({"EventSourceArn"})
    _settings = (
        "FunctionName",
        "Enabled",
        "BatchSize",
        "FilterCriteria",
        "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes",
        "MaximumRetryAttempts",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "ParallelizationFactor",
        "ScalingConfig",
    )

    def create(self, request: Request) -> Made:
        names = (*self._settings, "EventSourceArn", "StartingPosition")
        made = request.client("lambda").create_event_source_mapping(**pick(request.properties, *names))
        return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": made.get("EventSourceMappingArn", "")})

    def update(self, request: Request, resource: Resource) -> Made:
        request.client("lambda").update_event_source_mapping(
            UUID=resource.physical_resource_id, **pick(request.properties, *self._settings)
        )
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("lambda").delete_event_source_mapping(UUID=physical_id)


@provides("AWS::Lambda::LayerVersion")
class LayerVersion(Provider):
    def create(self, request: Request) -> Made:
        properties = request.properties
        names = ("Content", "Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
        arn = request.client("lambda").publish_layer_version(
            LayerName=request.name(properties.get("LayerName")),
            **pick(properties, *names),
        )["LayerVersionArn"]
        return Made(arn, {"LayerVersionArn": arn})

    def delete(self, request: Request, physical_id: str) -> None:
        layer, version = physical_id.rsplit(":", 1)
        request.client("lambda").delete_layer_version(LayerName=layer, VersionNumber=int(version))
