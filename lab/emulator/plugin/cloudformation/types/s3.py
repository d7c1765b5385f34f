"""The module provides S3 buckets and their policies."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


def _encryption(configuration: Properties) -> dict:
    rules = []
    for rule in configuration["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault")
        api = {"BucketKeyEnabled": bool(rule.get("BucketKeyEnabled", False))}
        if default:
            api["ApplyServerSideEncryptionByDefault"] = pick(default, "SSEAlgorithm", "KMSMasterKeyID")
        rules.append(api)
    return {"Rules": rules}


def _lifecycle(configuration: Properties) -> dict:
    rules = []
    for number, rule in enumerate(configuration["Rules"]):
        api: dict = {"ID": rule.get("Id", f"rule-{number}"), "Status": rule["Status"]}
        api["Filter"] = {"Prefix": rule.get("Prefix", "")}
        expiration = {
            key: rule[name]
            for name, key in (
                ("ExpirationInDays", "Days"),
                ("ExpirationDate", "Date"),
                ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
            )
            if name in rule
        }
        if expiration:
            api["Expiration"] = expiration
        noncurrent = rule.get("NoncurrentVersionExpiration") or (
            {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
            if "NoncurrentVersionExpirationInDays" in rule
            else None
        )
        if noncurrent:
            api["NoncurrentVersionExpiration"] = noncurrent
        if "AbortIncompleteMultipartUpload" in rule:
            api["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
        transitions = rule.get("Transitions") or ([rule["Transition"]] if "Transition" in rule else [])
        if transitions:
            api["Transitions"] = [
                {"StorageClass": t["StorageClass"], "Days": int(t["TransitionInDays"])} for t in transitions
            ]
        rules.append(api)
    return {"Rules": rules}


@provides("AWS::S3::Bucket")
class Bucket(Provider):
    replaced_by = frozenset({"BucketName", "ObjectLockEnabled"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("BucketName"), 63, lower=True)
        location = {} if request.region == "us-east-1" else {"LocationConstraint": request.region}
        request.client("s3").create_bucket(
            Bucket=name,
            ObjectLockEnabledForBucket=bool(request.properties.get("ObjectLockEnabled")),
            **({"CreateBucketConfiguration": location} if location else {}),
        )
        self._configure(request, name, {})
        return Made(name, self._attributes(request, name))

    def update(self, request: Request, resource: Resource) -> Made:
        self._configure(request, resource.physical_resource_id, resource.properties)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("s3").delete_bucket(Bucket=physical_id)

    @staticmethod
    def _attributes(request: Request, name: str) -> dict[str, str]:
        return {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{request.region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{request.region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{request.region}.amazonaws.com",
        }

    @staticmethod
    def _configure(request: Request, name: str, old: Properties) -> None:
        s3, properties = request.client("s3"), request.properties

        def changed(key: str) -> bool:
            return properties.get(key) != old.get(key)

        if changed("VersioningConfiguration"):
            status = (properties.get("VersioningConfiguration") or {"Status": "Suspended"})["Status"]
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
        if changed("BucketEncryption") and properties.get("BucketEncryption"):
            s3.put_bucket_encryption(
                Bucket=name, ServerSideEncryptionConfiguration=_encryption(properties["BucketEncryption"])
            )
        if changed("PublicAccessBlockConfiguration"):
            block = properties.get("PublicAccessBlockConfiguration")
            if block:
                s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
            else:
                s3.delete_public_access_block(Bucket=name)
        if changed("LifecycleConfiguration"):
            lifecycle = properties.get("LifecycleConfiguration")
            if lifecycle:
                s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=_lifecycle(lifecycle))
            else:
                s3.delete_bucket_lifecycle(Bucket=name)
        if changed("OwnershipControls") and properties.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
        if changed("Tags"):
            if properties.get("Tags"):
                s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties["Tags"]})
            else:
                s3.delete_bucket_tagging(Bucket=name)
        if changed("NotificationConfiguration"):
            bridge = (properties.get("NotificationConfiguration") or {}).get("EventBridgeConfiguration")
            on = bridge is not None and bridge.get("EventBridgeEnabled", True)
            s3.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}} if on else {}
            )


@provides("AWS::S3::BucketPolicy")
class BucketPolicy(Provider):
    replaced_by = frozenset({"Bucket"})

    def create(self, request: Request) -> Made:
        self._put(request)
        return Made(request.properties["Bucket"])

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("s3").delete_bucket_policy(Bucket=physical_id)

    @staticmethod
    def _put(request: Request) -> None:
        policy = json.dumps(request.properties["PolicyDocument"])
        request.client("s3").put_bucket_policy(Bucket=request.properties["Bucket"], Policy=policy)
