"""IAM: tags of instance profiles, which moto keeps and does not list."""

from .hooks import when_imported


@when_imported("moto.iam.responses")
def _instance_profile_tags(responses) -> None:
    def list_instance_profile_tags(self):
        profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
        return responses.ActionResult({"Tags": profile.tags, "IsTruncated": False})

    responses.IamResponse.list_instance_profile_tags = list_instance_profile_tags
