"""The module provides ECR repositories."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, lower_keys, pick, provides


@provides("AWS::ECR::Repository")
class Repository(Provider):
    replaced_by = frozenset({"RepositoryName", "EncryptionConfiguration"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        settings = lower_keys(
            pick(properties, "ImageTagMutability", "ImageScanningConfiguration", "EncryptionConfiguration")
        )
        tags = {"tags": properties["Tags"]} if properties.get("Tags") else {}
        made = request.client("ecr").create_repository(
            repositoryName=request.name(properties.get("RepositoryName"), 256, lower=True), **settings, **tags
        )["repository"]
        self._policies(request, made["repositoryName"], {})
        return Made(
            made["repositoryName"], {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}
        )

    def update(self, request: Request, resource: Resource) -> Made:
        ecr, name = request.client("ecr"), resource.physical_resource_id
        mutability = request.properties.get("ImageTagMutability", "MUTABLE")
        ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability=mutability)
        scanning = lower_keys(request.properties.get("ImageScanningConfiguration") or {"ScanOnPush": False})
        ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration=scanning)
        self._policies(request, name, resource.properties)
        return Made(name, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        force = bool(request.properties.get("EmptyOnDelete"))
        request.client("ecr").delete_repository(repositoryName=physical_id, force=force)

    @staticmethod
    def _policies(request: Request, name: str, old: Properties) -> None:
        ecr, properties = request.client("ecr"), request.properties
        text = (properties.get("LifecyclePolicy") or {}).get("LifecyclePolicyText")
        if text:
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)
        elif old.get("LifecyclePolicy"):
            ecr.delete_lifecycle_policy(repositoryName=name)
        policy = properties.get("RepositoryPolicyText")
        if policy:
            ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))
        elif old.get("RepositoryPolicyText"):
            ecr.delete_repository_policy(repositoryName=name)
