"""The module provides Secrets Manager secrets."""

import json
import secrets
import string

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


def _value(properties: Properties) -> str | None:
    if properties.get("SecretString") is not None:
        return properties["SecretString"]
    generate = properties.get("GenerateSecretString")
    if generate is None:
        return None
    excluded = generate.get("ExcludeCharacters", "")
    alphabet = string.ascii_letters + string.digits
    alphabet += "" if generate.get("ExcludePunctuation") else string.punctuation
    letters = [character for character in alphabet if character not in excluded]
    password = "".join(secrets.choice(letters) for _ in range(int(generate.get("PasswordLength", 32))))
    if not generate.get("GenerateStringKey"):
        return password
    template = json.loads(generate.get("SecretStringTemplate", "{}"))
    return json.dumps({**template, generate["GenerateStringKey"]: password})


@provides("AWS::SecretsManager::Secret")
class Secret(Provider):
    replaced_by = frozenset({"Name"})

    def create(self, request: Request) -> Made:
        value = _value(request.properties)
        arn = request.client("secretsmanager").create_secret(
            Name=request.name(request.properties.get("Name"), 512),
            **({"SecretString": value} if value is not None else {}),
            **pick(request.properties, "Description", "KmsKeyId", "Tags"),
        )["ARN"]
        return Made(arn, {"Id": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        settings = pick(request.properties, "Description", "KmsKeyId", "SecretString")
        request.client("secretsmanager").update_secret(SecretId=resource.physical_resource_id, **settings)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("secretsmanager").delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)
