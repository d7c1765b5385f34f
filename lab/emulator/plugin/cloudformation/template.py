"""The module finds what a template's resources refer to, and the order that follows from it."""

import re
from typing import Any

_SUB_REFERENCE = re.compile(r"\$\{([^!}][^}]*)\}")


class TemplateError(Exception):
    """The template cannot be deployed; the message is CloudFormation's."""


def references(value: Any) -> set[str]:
    """Returns the names of parameters, pseudo parameters and resources that a part of a template refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, part in value.items():
        if key == "Ref" and isinstance(part, str):
            found.add(part)
        elif key == "Fn::GetAtt":
            found.add((part if isinstance(part, str) else part[0]).split(".")[0])
        elif key == "Fn::Sub":
            text, names = part if isinstance(part, list) else (part, {})
            found |= {name.split(".")[0].strip() for name in _SUB_REFERENCE.findall(text)} - set(names)
            found |= references(names)
        else:
            found |= references(part)
    return found


def dependencies(resource: dict[str, Any]) -> set[str]:
    explicit = resource.get("DependsOn", [])
    found = {explicit} if isinstance(explicit, str) else set(explicit)
    return found | references(resource.get("Properties", {}))


def in_dependency_order(resources: dict[str, Any]) -> list[str]:
    """Returns the logical ids so that each comes after everything that it refers to; otherwise in the template's
    order."""
    needs = {name: dependencies(resource) & resources.keys() for name, resource in resources.items()}
    order: list[str] = []
    state: dict[str, str] = {}

    def visit(name: str, path: list[str]) -> None:
        if state.get(name) == "done":
            return
        if state.get(name) == "visiting":
            cycle = ", ".join(sorted(path[path.index(name) :]))
            raise TemplateError(f"Circular dependency between resources: [{cycle}]")
        state[name] = "visiting"
        for dependency in sorted(needs[name]):
            visit(dependency, [*path, name])
        state[name] = "done"
        order.append(name)

    for name in resources:
        visit(name, [])
    return order


def validate(template: dict[str, Any]) -> None:
    """Refuses what CloudFormation refuses before it changes anything."""
    resources = template.get("Resources") or {}
    if not resources:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    known = resources.keys() | (template.get("Parameters") or {}).keys()
    unknown = sorted(
        name
        for resource in resources.values()
        for name in dependencies(resource)
        if name not in known and not name.startswith("AWS::")
    )
    if unknown:
        names = ", ".join(dict.fromkeys(unknown))
        raise TemplateError(f"Template format error: Unresolved resource dependencies [{names}] in the Resources block")
    in_dependency_order(resources)
