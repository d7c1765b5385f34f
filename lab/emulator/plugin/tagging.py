"""The tagging API reads everything in the account, and moto's fails on resources that have no tags at all."""

from .hooks import when_imported


@when_imported("moto.ecs.models")
def _clusters_without_tags(models) -> None:
    init = models.Cluster.__init__

    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self.tags = self.tags or []

    models.Cluster.__init__ = __init__
