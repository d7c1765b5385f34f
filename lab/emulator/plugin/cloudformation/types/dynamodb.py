"""The module provides DynamoDB tables; a global table is one with the replica of the stack's region."""

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


def _capacity(definition: Properties) -> dict:
    throughput = definition.get("ProvisionedThroughput")
    if not throughput:
        return {}
    return {"ProvisionedThroughput": {name: int(value) for name, value in throughput.items()}}


def _stream(specification: Properties | None) -> dict:
    if not specification:
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": specification["StreamViewType"]}}


@provides("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
class Table(Provider):
    replaced_by = frozenset({"TableName", "KeySchema", "LocalSecondaryIndexes"})

    def create(self, request: Request) -> Made:
        dynamodb, properties = request.client("dynamodb"), self._regional(request)
        indexes = {}
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            if properties.get(kind):
                indexes[kind] = [
                    {**pick(index, "IndexName", "KeySchema", "Projection"), **_capacity(index)}
                    for index in properties[kind]
                ]
        made = dynamodb.create_table(
            TableName=request.name(properties.get("TableName"), 255),
            BillingMode=properties.get("BillingMode", "PROVISIONED"),
            Tags=properties.get("Tags") or [],
            **pick(properties, "KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled"),
            **indexes,
            **_capacity(properties),
            **_stream(properties.get("StreamSpecification")),
            **self._encryption(properties),
        )["TableDescription"]
        name = made["TableName"]
        self._settings(request, name, properties, {})
        attributes = {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn", "")}
        return Made(name, {**attributes, "TableId": made.get("TableId", "")})

    def update(self, request: Request, resource: Resource) -> Made:
        dynamodb, name = request.client("dynamodb"), resource.physical_resource_id
        properties = self._regional(request)
        old = self._regional(request, resource.properties)
        before = {index["IndexName"] for index in old.get("GlobalSecondaryIndexes") or []}
        after = {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes") or []}
        changes = [{"Delete": {"IndexName": gone}} for gone in sorted(before - after.keys())]
        changes += [
            {"Create": {**pick(after[new], "IndexName", "KeySchema", "Projection"), **_capacity(after[new])}}
            for new in sorted(after.keys() - before)
        ]
        for change in changes:
            dynamodb.update_table(
                TableName=name,
                AttributeDefinitions=properties["AttributeDefinitions"],
                GlobalSecondaryIndexUpdates=[change],
            )
        direct = pick(properties, "BillingMode", "DeletionProtectionEnabled")
        if any(properties.get(key) != old.get(key) for key in ("BillingMode", "DeletionProtectionEnabled")) and direct:
            dynamodb.update_table(TableName=name, **direct, **_capacity(properties))
        if properties.get("StreamSpecification") != old.get("StreamSpecification"):
            stream = _stream(properties.get("StreamSpecification")) or {"StreamSpecification": {"StreamEnabled": False}}
            dynamodb.update_table(TableName=name, **stream)
        self._settings(request, name, properties, old)
        description = dynamodb.describe_table(TableName=name)["Table"]
        return Made(name, {**resource.attributes, "StreamArn": description.get("LatestStreamArn", "")})

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("dynamodb").delete_table(TableName=physical_id)

    @staticmethod
    def _regional(request: Request, properties: Properties | None = None) -> Properties:
        """A global table keeps some settings with the replica."""
        properties = request.properties if properties is None else properties
        replicas = properties.get("Replicas") or []
        replica = next((r for r in replicas if r.get("Region") == request.region), {})
        own = pick(replica, "Tags", "PointInTimeRecoverySpecification", "DeletionProtectionEnabled")
        return {**properties, **own}

    @staticmethod
    def _encryption(properties: Properties) -> dict:
        encryption = properties.get("SSESpecification")
        if not encryption or not encryption.get("SSEEnabled"):
            return {}
        return {"SSESpecification": {"Enabled": True, **pick(encryption, "SSEType", "KMSMasterKeyId")}}

    @staticmethod
    def _settings(request: Request, name: str, properties: Properties, old: Properties) -> None:
        dynamodb = request.client("dynamodb")
        ttl = properties.get("TimeToLiveSpecification")
        if ttl and ttl != old.get("TimeToLiveSpecification"):
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={
                    "Enabled": ttl.get("Enabled", True),
                    "AttributeName": ttl.get("AttributeName", "ttl"),
                },
            )
        recovery = properties.get("PointInTimeRecoverySpecification")
        if recovery and recovery != old.get("PointInTimeRecoverySpecification"):
            dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
        if old and properties.get("Tags") != old.get("Tags"):
            arn = request.arn("dynamodb", f"table/{name}")
            gone = {tag["Key"] for tag in old.get("Tags") or []} - {tag["Key"] for tag in properties.get("Tags") or []}
            if gone:
                dynamodb.untag_resource(ResourceArn=arn, TagKeys=sorted(gone))
            if properties.get("Tags"):
                dynamodb.tag_resource(ResourceArn=arn, Tags=properties["Tags"])
