"""The module updates a CodeBuild project in place, and accepts one without a source. moto creates projects and deletes them."""

import json

from moto.core.utils import unix_time

from .hooks import when_imported

_PARTS = (
    *("description", "source", "sourceVersion", "artifacts", "cache", "environment", "serviceRole"),
    *("timeoutInMinutes", "queuedTimeoutInMinutes", "encryptionKey", "tags", "vpcConfig", "logsConfig"),
)


@when_imported("moto.codebuild.responses")
def _accept_no_source(responses) -> None:
    validate = responses._validate_required_params_source

    def validate_source(source: dict) -> None:
        # A project without a source has no location:
        # https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
        validate({"location": "none", **source} if source.get("type") == "NO_SOURCE" else source)

    responses._validate_required_params_source = validate_source


@when_imported("moto.codebuild.responses")
def _update_project(responses) -> None:
    def update_project(self) -> str:
        name = self._get_param("name")
        project = self.codebuild_backend.codebuild_projects.get(name)
        if project is None:
            arn = f"arn:aws:codebuild:{self.region}:{self.current_account}:project/{name}"
            raise responses.ResourceNotFoundException(f"Project cannot be found: {arn}")
        if self._get_param("source") is not None:
            responses._validate_required_params_source(self._get_param("source"))
        # A member that the request does not name stays as it is:
        # https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html
        for part in _PARTS:
            value = self._get_param(part)
            if value is not None:
                project.project_metadata[part] = value
        if self._get_param("serviceRole") is not None:
            project.service_role = self._get_param("serviceRole")
        if self._get_param("tags") is not None:
            project.tags = self._get_param("tags")
        project.project_metadata["lastModifiedDate"] = unix_time()
        return json.dumps({"project": project.project_metadata})

    responses.CodeBuildResponse.update_project = update_project
