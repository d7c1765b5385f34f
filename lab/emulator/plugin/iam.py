"""The module adds to IAM: tags and lists of instance profiles, which moto does not list or does not end, and
boundaries, which it does not check."""

from .hooks import when_imported


@when_imported("moto.iam.responses")
def _instance_profile_tags(responses) -> None:
    def list_instance_profile_tags(self):
        profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
        return responses.ActionResult({"Tags": profile.tags, "IsTruncated": False})

    responses.IamResponse.list_instance_profile_tags = list_instance_profile_tags


@when_imported("moto.iam.responses")
def _ends_of_lists(responses) -> None:
    """IAM reports in every list whether it is cut; moto does not for these two."""

    def whole(inner):
        def answer(self):
            return responses.ActionResult({**inner(self).result, "IsTruncated": False})

        return answer

    for name in ("list_instance_profiles", "list_instance_profiles_for_role"):
        setattr(responses.IamResponse, name, whole(getattr(responses.IamResponse, name)))


@when_imported("moto.iam.models")
def _boundaries(models) -> None:
    """IAM accepts no boundary that does not exist, and deletes no policy that is one."""
    backend = models.IAMBackend
    create, put, delete = backend.create_role, backend.put_role_permissions_boundary, backend.delete_policy

    def require(self, boundary) -> None:
        own = f":iam::{self.account_id}:policy/"
        if boundary and own in boundary and boundary not in self.managed_policies:
            raise models.NoSuchEntity(f"Scope ARN: {boundary} does not exist or is not attachable.")

    def create_role(self, role_name, assume_role_policy_document, path, permissions_boundary, *args, **kwargs):
        require(self, permissions_boundary)
        return create(self, role_name, assume_role_policy_document, path, permissions_boundary, *args, **kwargs)

    def put_role_permissions_boundary(self, role_name, permissions_boundary):
        require(self, permissions_boundary)
        return put(self, role_name, permissions_boundary)

    def delete_policy(self, policy_arn):
        if any(role.permissions_boundary_arn == policy_arn for role in self.get_roles()):
            raise models.DeleteConflictException("Cannot delete a policy attached to entities.")
        return delete(self, policy_arn)

    backend.create_role = create_role
    backend.put_role_permissions_boundary = put_role_permissions_boundary
    backend.delete_policy = delete_policy
