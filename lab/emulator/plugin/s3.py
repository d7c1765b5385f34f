"""S3 bucket policies: moto ignores their conditions, and the lab speaks plain HTTP where AWS would speak TLS."""

import json

from .hooks import when_imported


# Conditions about how a call came; in the lab every call counts as one that came by current TLS.
TRANSPORT = ("aws:SecureTransport", "s3:TlsVersion")


@when_imported("moto.iam.access_control")
def _secure_transport(access_control) -> None:
    statement = access_control.IAMPolicyStatement
    permitted = statement.is_action_permitted

    def is_action_permitted(self, *args, **kwargs):
        # "Deny what does not come by TLS": without its condition the statement would deny everything.
        condition = json.dumps(self._statement.get("Condition") or {})
        if self._statement.get("Effect") == "Deny" and any(key in condition for key in TRANSPORT):
            return access_control.PermissionResult.NEUTRAL
        return permitted(self, *args, **kwargs)

    statement.is_action_permitted = is_action_permitted
