"""Which objects of the cluster the variables of a step come from."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipelines.pipeline_package import PipelinePackage

SOURCES: Final = {
    "configMapAsEnv": ("ConfigMap", "configMapName", "configMapKey"),
    "secretAsEnv": ("Secret", "secretName", "secretKey"),
}
"""Fields of a step's Kubernetes settings, and in them the names of the object and of its key."""


def origins(package: PipelinePackage | None, step: str, text: str, namespace: str) -> str:
    """Return where the variables that a text names come from, a line for each object.

    Args:
        package: the pipeline.
        step: the step that said the text.
        text: such as an error that asks for another value of REGISTRY_TOKEN.
        namespace: where the step runs.
    """
    if package is None or step not in package.steps:
        return ""
    named: dict[tuple[str, str], list[str]] = {}
    for kind, name, key, variable in _variables(package.kubernetes(step)):
        if re.search(rf"\b{variable}\b", text):
            named.setdefault((kind, name), []).append(key)
    return "".join(
        f"\n  {' and '.join(keys)} {'are keys' if len(keys) > 1 else 'is a key'} of {kind} {name}: "
        f"kubectl -n {namespace} describe {kind.lower()} {name}"
        for (kind, name), keys in named.items()
    )


def _variables(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind and name of the object, the key and the variable, of all that a step is given."""
    for field, (kind, name, key) in SOURCES.items():
        for source in settings.get(field, ()):
            for entry in source.get("keyToEnv", ()):
                yield kind, source[name], entry[key], entry["envVar"]
