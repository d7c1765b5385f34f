"""The module adds to RDS: master passwords that RDS manages, sources of parameters, an id for each instance, and tags
of backups."""

import json
import secrets
import string

from . import server
from .hooks import when_imported

# RDS leaves these out of generated passwords.
_FORBIDDEN = "/@\"' \\"
_ALPHABET = "".join(c for c in string.ascii_letters + string.digits + string.punctuation if c not in _FORBIDDEN)


@when_imported("moto.rds.models")
def _managed_password(models) -> None:
    def secret_string(self) -> str:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(28))
        return json.dumps({"username": self.resource.master_username, "password": password})

    def rotate_secret(self) -> None:
        # moto creates a version that holds nothing.
        self._status = "rotating"
        self.secretsmanager.put_secret_value(
            secret_id=self.secret.arn,
            secret_string=self._generate_secret_string(),
            secret_binary=None,
            client_request_token=None,
            version_stages=["AWSCURRENT"],
        )

    models.MasterUserSecret._generate_secret_string = secret_string
    models.MasterUserSecret.rotate_secret = rotate_secret


@when_imported("moto.rds.models")
def _resource_id(models) -> None:
    """Terraform reads an instance by this id, and moto gives the same one to all of them."""
    init = models.DBInstance.__init__

    def with_id(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self.dbi_resource_id = "db-" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(26))

    models.DBInstance.__init__ = with_id


@when_imported("moto.rds.models")
def _parameter_source(models) -> None:
    update = models.DBParameterGroup.update_parameters

    def update_parameters(self, new_parameters):
        return update(self, [{**parameter, "Source": "user"} for parameter in new_parameters])

    models.DBParameterGroup.update_parameters = update_parameters


@when_imported("moto.rds.models")
def _backup_tags(models) -> None:
    """RDS answers with an empty list of tags for a backup that has none."""
    models.DBInstanceAutomatedBackup.tag_list = []


@when_imported("moto.rds.models")
def _cluster_backups(models) -> None:
    """moto keeps the automated snapshots of a deleted cluster. RDS deletes them with it unless it is asked to retain
    them."""

    def describe(self):
        backups = {}
        for snapshot in self.cluster_snapshots.values():
            if snapshot.snapshot_type == "automated":
                cluster = snapshot.cluster
                # A cluster that is created again has another id and may have a backup of its own beside the old one's.
                resource_id = cluster.db_cluster_resource_id
                alive = self.clusters.get(cluster.db_cluster_identifier)
                is_alive = alive is not None and alive.db_cluster_resource_id == resource_id
                arn = cluster.db_cluster_arn.replace(":cluster:", ":cluster-auto-backup:")
                backups[resource_id] = {
                    "DBClusterAutomatedBackupsArn": f"{arn.rsplit(':', 1)[0]}:{resource_id.lower()}",
                    "DBClusterIdentifier": cluster.db_cluster_identifier,
                    "DbClusterResourceId": resource_id,
                    "Engine": cluster.engine,
                    "Status": "active" if is_alive else "retained",
                    "TagList": cluster.tags or [],
                }
        return list(backups.values())

    def forget(self, resource_id: str) -> None:
        self.cluster_snapshots = type(self.cluster_snapshots)(
            (name, one)
            for name, one in self.cluster_snapshots.items()
            if one.snapshot_type != "automated" or one.cluster.db_cluster_resource_id != resource_id
        )

    models.RDSBackend.describe_db_cluster_automated_backups = describe
    models.RDSBackend.forget_db_cluster_automated_backup = forget


@when_imported("moto.rds.responses")
def _cluster_backup_calls(responses) -> None:
    from moto.rds.exceptions import RDSClientError

    class DBClusterAutomatedBackupNotFound(RDSClientError):
        def __init__(self):
            super().__init__("DBClusterAutomatedBackupNotFoundFault", "There is no such automated backup.")

    def describe(self):
        return responses.ActionResult({"DBClusterAutomatedBackups": self.backend.describe_db_cluster_automated_backups()})

    def delete(self):
        wanted = self.params.get("DbClusterResourceId")
        for backup in self.backend.describe_db_cluster_automated_backups():
            if backup["DbClusterResourceId"] == wanted:
                self.backend.forget_db_cluster_automated_backup(wanted)
                return responses.ActionResult({"DBClusterAutomatedBackup": backup})
        raise DBClusterAutomatedBackupNotFound()

    delete_cluster = responses.RDSResponse.delete_db_cluster

    def delete_db_cluster(self):
        cluster = self.backend.clusters.get(self.params.get("DBClusterIdentifier"))
        answer = delete_cluster(self)
        if self.params.get("DeleteAutomatedBackups", True):
            self.backend.forget_db_cluster_automated_backup(cluster.db_cluster_resource_id)
        return answer

    responses.RDSResponse.describe_db_cluster_automated_backups = describe
    responses.RDSResponse.delete_db_cluster_automated_backup = delete
    responses.RDSResponse.delete_db_cluster = delete_db_cluster


@when_imported("moto.rds.models")
def _option_groups(models) -> None:
    """moto fails on a list without a name, and finds none where AWS has an empty list."""
    describe = models.RDSBackend.describe_option_groups

    def describe_option_groups(self, option_group_kwargs):
        asked = {"option_group_name": None, **option_group_kwargs}
        if not asked["option_group_name"] and not self.option_groups:
            return []
        return describe(self, asked)

    models.RDSBackend.describe_option_groups = describe_option_groups


@server.route("rds-status")
def _status(_environ: dict, path: str) -> tuple[str, str, bytes]:
    """The lab runs the databases, and sets their statuses here."""
    from moto.rds.models import rds_backends

    account, region, identifier, status = path.split("/")
    database = rds_backends[account][region].databases.get(identifier)
    if database is None:
        return "404 Not Found", "text/plain", b"no such instance"
    database.status = status
    return "200 OK", "text/plain", b""
