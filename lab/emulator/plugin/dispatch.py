"""The module computes once what moto computes again for each request, and what never changes."""

import json
import os
import threading
from functools import lru_cache

from .hooks import when_imported


@when_imported("moto.moto_server.werkzeug_app")
def _backend_of_host(app) -> None:
    # Under a lock that every request takes, moto lists and stats its own two hundred folders.
    dispatcher = app.DomainDispatcherApplication
    find = dispatcher.get_backend_for_host

    @lru_cache(maxsize=1024)
    def known(self, host):
        return find(self, host)

    dispatcher.get_backend_for_host = known


@when_imported("moto.core.utils")
def _one_loader(utils) -> None:
    # Each new loader of botocore's lists four hundred folders of service models before it reads one.
    utils.create_loader = lru_cache(maxsize=1)(utils.create_loader)


@when_imported("botocore.loaders")
def _one_list_of_regions(loaders) -> None:
    # Each session parses a megabyte of JSON again to list regions. It reads what it has parsed, and does not change it.
    load = loaders.JSONFileLoader.load_file
    kept = lru_cache(maxsize=1)(lambda path: load(loaders.JSONFileLoader(), path))

    def load_file(self, file_path):
        return kept(file_path) if os.path.basename(file_path) == "endpoints" else load(self, file_path)

    loaders.JSONFileLoader.load_file = load_file


@when_imported("moto.ec2.models.tags")
def _tags_of_one_resource(tags) -> None:
    # Each resource that a filter looks at asks for its own tags: moto compiles a pattern of its id, and compares the tags
    # of all resources with it. An account begins with hundreds of snapshots.
    describe = tags.TagBackend.describe_tags

    def describe_tags(self, filters=None):
        ids = filters["resource-id"] if filters and list(filters) == ["resource-id"] else []
        if len(ids) != 1 or any(special in ids[0] for special in "*?[\\"):
            return describe(self, filters)
        [resource_id] = ids
        own = self.tags.get(resource_id, {}).copy()
        kind = tags.EC2_PREFIX_TO_RESOURCE.get(tags.get_prefix(resource_id), "") if own else ""
        return [
            {"resource_id": resource_id, "key": key, "value": value, "resource_type": kind} for key, value in own.items()
        ]

    tags.TagBackend.describe_tags = describe_tags


@when_imported("moto.cloudformation.models")
def _json_is_no_yaml(models) -> None:
    # moto reads a template as YAML first, of which JSON is a part: half a second for one of half a megabyte.
    parse = models.Stack.parse_template

    def parse_template(template):
        try:
            return json.loads(template)
        except ValueError:
            return parse(template)

    def of_change_set(self) -> None:
        self.template_dict = parse_template(self.template)

    models.Stack.parse_template = staticmethod(parse_template)
    models.ChangeSet._parse_template = of_change_set


@when_imported("moto.cloudformation.models")
def _what_comes_next(_models) -> None:
    # A deployment of the project calls EC2, which takes moto longest to load.
    def load() -> None:
        from moto.core.utils import get_service_model

        import moto.ec2.responses  # noqa: F401

        get_service_model("ec2")

    threading.Thread(target=load, daemon=True).start()
