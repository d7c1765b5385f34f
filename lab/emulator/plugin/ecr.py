"""In ECR, an image's digest is the SHA-256 of its manifest's bytes."""

import hashlib

from .hooks import when_imported


@when_imported("moto.ecr.models")
def _digest_of_manifest(models) -> None:
    def create_digest(self) -> None:
        self._image_digest = f"sha256:{hashlib.sha256(self.image_manifest.encode()).hexdigest()}"

    def wrong_digest(self, repository_name, image_manifest, *args, **kwargs):
        claimed = kwargs.get("digest") or (args[2] if len(args) > 2 else None)
        actual = f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
        return claimed and claimed != actual

    put = models.ECRBackend.put_image

    def put_image(self, repository_name, image_manifest, *args, **kwargs):
        if repository_name not in self.repositories:
            raise models.RepositoryNotFoundException(repository_name, self.account_id)
        if wrong_digest(self, repository_name, image_manifest, *args, **kwargs):
            raise models.InvalidParameterException("The image digest does not match the image manifest.")
        return put(self, repository_name, image_manifest, *args, **kwargs)

    models.Image._create_digest = create_digest
    models.ECRBackend.put_image = put_image
