"""The module adds EC2 filters that moto lacks, or in which it fails when there are two of them."""

import re

from .hooks import when_imported


@when_imported("moto.ec2.utils")
def _tag_filters(utils) -> None:
    """moto removes a resource that does not match once for each filter, and accepts no wildcards."""

    def matches(filters, resource) -> bool:
        tags = {tag["key"]: tag["value"] for tag in resource.get_tags()}
        return all(
            any(re.match(utils.simple_aws_filter_to_re(value), tags.get(name.removeprefix("tag:"), "")) for value in values)
            for name, values in filters.items()
            if name.startswith("tag:")
        )

    utils.describe_tag_filter = lambda filters, resources: [one for one in resources if matches(filters, one)]


@when_imported("moto.ec2.models.network_acls")
def _acl_by_id(models) -> None:
    value = models.NetworkAcl.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        return self.id if filter_name == "network-acl-id" else value(self, filter_name, method_name)

    models.NetworkAcl.get_filter_value = get_filter_value


@when_imported("moto.ec2.models.vpn_gateway")
def _gateway_by_vpc(models) -> None:
    value = models.VpnGateway.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        found = value(self, filter_name, method_name)
        return list(found) if filter_name == "attachment.vpc-id" else found

    models.VpnGateway.get_filter_value = get_filter_value
