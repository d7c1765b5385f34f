"""AWS refuses these deletions while something depends on a resource or protects it; moto deletes all the same.

The wording of each refusal is AWS's own, since tools match on it. What moto leaves behind of a thing that AWS takes along
(the interface of a NAT gateway or an instance) goes here too, or it would stand in the way for ever.
"""

import sys

from .hooks import when_imported


@when_imported("moto.ec2.models")
def _ec2(models) -> None:
    from moto.ec2.exceptions import DependencyViolationError

    backend = models.EC2Backend
    delete_subnet, delete_vpc = backend.delete_subnet, backend.delete_vpc
    delete_group, delete_nat = backend._delete_security_group, backend.delete_nat_gateway
    terminate = backend.terminate_instances

    def groups(self):
        return [group for of_vpc in self.groups.values() for group in of_vpc.values()]

    def names(rules, group_id):
        return any((rule.source_group or {}).get("GroupId") == group_id for rule in rules)

    def endpoints(self):
        return [one for one in self.vpc_end_points.values() if one.state != "deleted"]

    def balancers(self):
        # Each balancer has interfaces on AWS, which moto does not create.
        elbv2 = sys.modules.get("moto.elbv2.models")
        return elbv2.elbv2_backends[self.account_id][self.region_name].load_balancers.values() if elbv2 else []

    def databases(self):
        # Each database has an interface too, in its own zone.
        rds = sys.modules.get("moto.rds.models")
        return rds.rds_backends[self.account_id][self.region_name].databases.values() if rds else []

    def subnet_of(database):
        # An instance without a group of its own has no such attribute in moto.
        subnets = getattr(getattr(database, "db_subnet_group", None), "subnets", [])
        zone = database.availability_zone
        in_zone = [one for one in subnets if one["SubnetAvailabilityZone"]["Name"] == zone]
        return next((one["SubnetIdentifier"] for one in in_zone or subnets), None)

    def subnet(self, subnet_id):
        used = {one.id for balancer in balancers(self) for one in balancer.subnets}
        used |= {subnet_of(one) for one in databases(self)} | {eni.subnet.id for eni in self.enis.values()}
        if subnet_id in used:
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return delete_subnet(self, subnet_id)

    def security_group(self, vpc_id, group_id):
        group = self.get_security_group_from_id(group_id)
        # The default group of a VPC is deleted with the VPC.
        if group is not None and group.name != "default":
            used = (
                any(group_id in {one.id for one in eni.group_set} for eni in self.enis.values())
                or any(group_id in (one.security_group_ids or []) for one in endpoints(self))
                or any(group_id in balancer.security_groups for balancer in balancers(self))
                or any(group_id in (one.vpc_security_group_ids or []) for one in databases(self))
            )
            named = any(
                names([*other.ingress_rules, *other.egress_rules], group_id)
                for other in groups(self)
                if other.id != group_id
            )
            if used or named:
                raise DependencyViolationError(f"resource {group_id} has a dependent object")
        return delete_group(self, vpc_id, group_id)

    def vpc(self, vpc_id):
        dependents = [
            *(group for group in groups(self) if group.vpc_id == vpc_id and group.name != "default"),
            *(one for one in endpoints(self) if one.vpc_id == vpc_id),
            *(one for one in self.internet_gateways.values() if one.vpc and one.vpc.id == vpc_id),
            *(one for one in self.enis.values() if one.subnet.vpc_id == vpc_id),
        ]
        if dependents:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        return delete_vpc(self, vpc_id)

    def nat_gateway(self, nat_gateway_id):
        gateway = delete_nat(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        # The addresses are free again, and their associations are over.
        for address in self.addresses:
            if address.eni is gateway._eni:
                address.eni = address.association_id = None
        return gateway

    def terminate_instances(self, instance_ids):
        terminated = terminate(self, instance_ids)
        for eni in list(self.enis.values()):
            # The one that RunInstances made.
            if eni.instance is not None and eni.instance.id in instance_ids and eni.description == "Primary network interface":
                self.enis.pop(eni.id, None)
        return terminated

    backend.terminate_instances = terminate_instances
    backend.delete_subnet = subnet
    backend._delete_security_group = security_group
    backend.delete_vpc = vpc
    backend.delete_nat_gateway = nat_gateway


@when_imported("moto.elbv2.models")
def _load_balancers(models) -> None:
    delete = models.ELBv2Backend.delete_load_balancer

    def delete_load_balancer(self, arn):
        balancer = self.load_balancers.get(arn)
        if balancer is not None and str(balancer.attrs.get("deletion_protection.enabled")).lower() == "true":
            raise models.RESTError(
                "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            )
        return delete(self, arn)

    models.ELBv2Backend.delete_load_balancer = delete_load_balancer


@when_imported("moto.iam.models")
def _policies(models) -> None:
    delete = models.IAMBackend.delete_policy

    def delete_policy(self, policy_arn):
        if self.get_policy(policy_arn).attachment_count > 0:
            raise models.DeleteConflictException("Cannot delete a policy attached to entities.")
        return delete(self, policy_arn)

    models.IAMBackend.delete_policy = delete_policy


@when_imported("moto.rds.models")
def _database_groups(models) -> None:
    from moto.rds.exceptions import RDSClientError

    backend = models.RDSBackend
    delete_subnets, delete_parameters = backend.delete_subnet_group, backend.delete_db_parameter_group

    def delete_subnet_group(self, subnet_name):
        for one in self.databases.values():
            # An instance without a group of its own has no such attribute in moto.
            group = getattr(one, "db_subnet_group", None)
            if group is not None and group.name == subnet_name:
                raise RDSClientError(
                    "InvalidDBSubnetGroupStateFault",
                    f"Cannot delete the subnet group '{subnet_name}' because at least one database instance: "
                    f"{one.db_instance_identifier} is still using it.",
                )
        return delete_subnets(self, subnet_name)

    def delete_db_parameter_group(self, db_parameter_group_name):
        for one in self.databases.values():
            if getattr(one, "db_parameter_group_name", None) == db_parameter_group_name:
                raise RDSClientError(
                    "InvalidDBParameterGroupStateFault",
                    "One or more database instances are still members of this parameter group "
                    f"{db_parameter_group_name}, so the group cannot be deleted",
                )
        return delete_parameters(self, db_parameter_group_name)

    backend.delete_subnet_group = delete_subnet_group
    backend.delete_db_parameter_group = delete_db_parameter_group
