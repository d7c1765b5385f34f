"""The module provides KMS keys and aliases."""

import json

from ..resource import Made, Provider, Request, Resource, pick, provides


@provides("AWS::KMS::Key")
class Key(Provider):
    replaced_by = frozenset({"KeySpec", "KeyUsage", "MultiRegion"})

    def create(self, request: Request) -> Made:
        kms, properties = request.client("kms"), request.properties
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags") or []]
        policy = {"Policy": json.dumps(properties["KeyPolicy"])} if properties.get("KeyPolicy") else {}
        made = kms.create_key(
            Tags=tags, **policy, **pick(properties, "Description", "KeyUsage", "KeySpec", "MultiRegion")
        )["KeyMetadata"]
        if properties.get("EnableKeyRotation"):
            kms.enable_key_rotation(KeyId=made["KeyId"])
        return Made(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})

    def update(self, request: Request, resource: Resource) -> Made:
        kms, key, properties = request.client("kms"), resource.physical_resource_id, request.properties
        if properties.get("KeyPolicy"):
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(properties["KeyPolicy"]))
        kms.update_key_description(KeyId=key, Description=properties.get("Description", ""))
        rotate = kms.enable_key_rotation if properties.get("EnableKeyRotation") else kms.disable_key_rotation
        rotate(KeyId=key)
        return Made(key, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        days = int(request.properties.get("PendingWindowInDays", 30))
        request.client("kms").schedule_key_deletion(KeyId=physical_id, PendingWindowInDays=days)


@provides("AWS::KMS::Alias")
class Alias(Provider):
    replaced_by = frozenset({"AliasName"})

    def create(self, request: Request) -> Made:
        request.client("kms").create_alias(**pick(request.properties, "AliasName", "TargetKeyId"))
        return Made(request.properties["AliasName"])

    def update(self, request: Request, resource: Resource) -> Made:
        request.client("kms").update_alias(**pick(request.properties, "AliasName", "TargetKeyId"))
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("kms").delete_alias(AliasName=physical_id)
