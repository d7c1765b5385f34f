"""The module provides IAM roles and policies."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


def _document(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tags(properties: Properties) -> list:
    return properties.get("Tags") or []


@provides("AWS::IAM::Role")
class Role(Provider):
    replaced_by = frozenset({"RoleName", "Path"})

    def create(self, request: Request) -> Made:
        iam = request.client("iam")
        properties = request.properties
        role = iam.create_role(
            RoleName=request.name(properties.get("RoleName")),
            AssumeRolePolicyDocument=_document(properties["AssumeRolePolicyDocument"]),
            Tags=_tags(properties),
            **pick(properties, "Path", "Description", "MaxSessionDuration", "PermissionsBoundary"),
        )["Role"]
        self._policies(iam, role["RoleName"], properties, {})
        return Made(role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, request: Request, resource: Resource) -> Made:
        iam = request.client("iam")
        name, properties, old = resource.physical_resource_id, request.properties, resource.properties
        iam.update_assume_role_policy(
            RoleName=name, PolicyDocument=_document(properties["AssumeRolePolicyDocument"])
        )
        iam.update_role(
            RoleName=name,
            Description=properties.get("Description", ""),
            MaxSessionDuration=properties.get("MaxSessionDuration", 3600),
        )
        if properties.get("PermissionsBoundary"):
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=properties["PermissionsBoundary"])
        elif old.get("PermissionsBoundary"):
            iam.delete_role_permissions_boundary(RoleName=name)
        gone = {tag["Key"] for tag in _tags(old)} - {tag["Key"] for tag in _tags(properties)}
        if gone:
            iam.untag_role(RoleName=name, TagKeys=sorted(gone))
        if _tags(properties):
            iam.tag_role(RoleName=name, Tags=_tags(properties))
        self._policies(iam, name, properties, old)
        return Made(name, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        iam = request.client("iam")
        for policy in iam.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=policy["PolicyArn"])
        for policy in request.properties.get("Policies") or []:
            iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        iam.delete_role(RoleName=physical_id)

    @staticmethod
    def _policies(iam, name: str, properties: Properties, old: Properties) -> None:
        managed, was_managed = set(properties.get("ManagedPolicyArns") or []), set(old.get("ManagedPolicyArns") or [])
        for arn in sorted(was_managed - managed):
            iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        for arn in sorted(managed - was_managed):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies") or []}
        for gone in {policy["PolicyName"] for policy in old.get("Policies") or []} - inline.keys():
            iam.delete_role_policy(RoleName=name, PolicyName=gone)
        for policy_name, document in inline.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=_document(document))


@provides("AWS::IAM::Policy", "AWS::IAM::RolePolicy")
class InlinePolicy(Provider):
    replaced_by = frozenset({"PolicyName", "RoleName", "Users", "Groups"})

    def create(self, request: Request) -> Made:
        self._put(request, self._roles(request.properties))
        iam, properties = request.client("iam"), request.properties
        for kind in ("User", "Group"):
            for name in properties.get(f"{kind}s") or []:
                put = getattr(iam, f"put_{kind.lower()}_policy")
                put(**{f"{kind}Name": name, "PolicyName": properties["PolicyName"]}, PolicyDocument=self._text(request))
        return Made(request.name(None))

    def update(self, request: Request, resource: Resource) -> Made:
        roles = self._roles(request.properties)
        self._put(request, roles)
        for role in set(self._roles(resource.properties)) - set(roles):
            request.client("iam").delete_role_policy(RoleName=role, PolicyName=request.properties["PolicyName"])
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        iam, properties = request.client("iam"), request.properties
        for role in self._roles(properties):
            iam.delete_role_policy(RoleName=role, PolicyName=properties["PolicyName"])
        for kind in ("User", "Group"):
            for name in properties.get(f"{kind}s") or []:
                delete = getattr(iam, f"delete_{kind.lower()}_policy")
                delete(**{f"{kind}Name": name, "PolicyName": properties["PolicyName"]})

    @staticmethod
    def _roles(properties: Properties) -> list[str]:
        return properties.get("Roles") or ([properties["RoleName"]] if properties.get("RoleName") else [])

    @staticmethod
    def _text(request: Request) -> str:
        return _document(request.properties["PolicyDocument"])

    def _put(self, request: Request, roles: list[str]) -> None:
        for role in roles:
            request.client("iam").put_role_policy(
                RoleName=role, PolicyName=request.properties["PolicyName"], PolicyDocument=self._text(request)
            )


@provides("AWS::IAM::ManagedPolicy")
class ManagedPolicy(Provider):
    replaced_by = frozenset({"ManagedPolicyName", "Path", "Description", "Users", "Groups"})

    def create(self, request: Request) -> Made:
        iam, properties = request.client("iam"), request.properties
        arn = iam.create_policy(
            PolicyName=request.name(properties.get("ManagedPolicyName"), 128),
            PolicyDocument=_document(properties["PolicyDocument"]),
            **pick(properties, "Path", "Description"),
        )["Policy"]["Arn"]
        for role in properties.get("Roles") or []:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, {"PolicyArn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        iam, arn = request.client("iam"), resource.physical_resource_id
        # A managed policy keeps five versions; a stack needs only the newest one.
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        document = _document(request.properties["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        roles, old = set(request.properties.get("Roles") or []), set(resource.properties.get("Roles") or [])
        for role in sorted(roles - old):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        for role in sorted(old - roles):
            iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        iam = request.client("iam")
        for role in iam.list_entities_for_policy(PolicyArn=physical_id)["PolicyRoles"]:
            iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=physical_id)
        for version in iam.list_policy_versions(PolicyArn=physical_id)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=physical_id, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=physical_id)


@provides("AWS::IAM::OIDCProvider")
class OidcProvider(Provider):
    replaced_by = frozenset({"Url"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        arn = request.client("iam").create_open_id_connect_provider(
            Url=properties["Url"],
            ClientIDList=properties.get("ClientIdList") or [],
            # IAM finds the thumbprint by itself where there is none; moto requires one.
            ThumbprintList=properties.get("ThumbprintList") or ["0" * 40],
            Tags=_tags(properties),
        )["OpenIDConnectProviderArn"]
        return Made(arn, {"Arn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        iam, arn, properties = request.client("iam"), resource.physical_resource_id, request.properties
        clients, old = set(properties.get("ClientIdList") or []), set(resource.properties.get("ClientIdList") or [])
        for client in sorted(clients - old):
            iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client)
        for client in sorted(old - clients):
            iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client)
        return Made(arn, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=physical_id)
