"""KMS signs a digest as it is. moto hashes whatever it gets once more, as if it were the message."""

import base64
import json

from .hooks import when_imported


@when_imported("moto.kms.responses")
def _digests(responses) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    response = responses.KmsResponse
    sign = response.sign

    def signed(self) -> str:
        params = json.loads(self.body)
        backend = self.kms_backend
        key = backend.keys.get(backend.get_key_id(params["KeyId"]))
        algorithm = params.get("SigningAlgorithm")
        if params.get("MessageType") != "DIGEST" or algorithm != "ECDSA_SHA_256" or key is None:
            return sign(self)
        digest = base64.b64decode(params["Message"])
        if len(digest) != 32:
            raise responses.ValidationException("Digest is invalid length for algorithm ECDSA_SHA_256.")
        own = key.private_key.private_key
        signature = own.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return json.dumps(
            {
                "KeyId": key.arn,
                "Signature": base64.b64encode(signature).decode(),
                "SigningAlgorithm": algorithm,
            }
        )

    response.sign = signed
