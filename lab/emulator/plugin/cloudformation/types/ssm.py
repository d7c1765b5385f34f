"""The module provides Systems Manager parameters."""

from ..resource import Made, Provider, Request, Resource, pick, provides, tag_map


@provides("AWS::SSM::Parameter")
class Parameter(Provider):
    replaced_by = frozenset({"Name"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"), 512)
        tags = [{"Key": key, "Value": value} for key, value in tag_map(request.properties.get("Tags")).items()]
        self._put(request, name, **({"Tags": tags} if tags else {}))
        return self._made(request, name)

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id, Overwrite=True)
        return self._made(request, resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("ssm").delete_parameter(Name=physical_id)

    @staticmethod
    def _put(request: Request, name: str, **more) -> None:
        settings = pick(request.properties, "Type", "Value", "Description", "AllowedPattern", "Tier", "DataType")
        request.client("ssm").put_parameter(Name=name, **settings, **more)

    @staticmethod
    def _made(request: Request, name: str) -> Made:
        return Made(name, pick(request.properties, "Type", "Value"))
