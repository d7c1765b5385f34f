"""The module runs a function right after a module of moto has been imported for the first time."""

import importlib.util
import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType

Hook = Callable[[ModuleType], None]
_hooks: dict[str, list[Hook]] = {}


def when_imported(name: str) -> Callable[[Hook], Hook]:
    """The decorated function gets the module `name` once it has been executed (at once if that is in the past)."""

    def register(hook: Hook) -> Hook:
        if name in sys.modules:
            hook(sys.modules[name])
        else:
            _hooks.setdefault(name, []).append(hook)
        return hook

    return register


class _HookedLoader(Loader):
    def __init__(self, loader: Loader, hooks: list[Hook]):
        self._loader = loader
        self._hooks = hooks

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for hook in self._hooks:
            hook(module)


class _HookFinder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        hooks = _hooks.pop(fullname, None)
        if hooks is None:
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            raise ImportError(f"moto has no module {fullname}; is this another version of moto?")
        spec.loader = _HookedLoader(spec.loader, hooks)
        return spec


sys.meta_path.insert(0, _HookFinder())
