"""Which ConfigMaps and Secrets of the cluster the variables of a step come from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipelines.cluster.kubectl import keys_of
from pipelines.definition.packages import PipelinePackage

SOURCES: Final = {
    "configMapAsEnv": ("ConfigMap", "configMapName", "configMapKey"),
    "secretAsEnv": ("Secret", "secretName", "secretKey"),
}
"""Fields of a step's Kubernetes settings, and in them the names of the object and of its key."""


def origins(
    package: PipelinePackage | None, step: str, text: str, namespace: str, *, look: bool
) -> str:
    """Return where the variables that a text names come from, a line for each object.

    Args:
        package: The pipeline.
        step: The step that said the text.
        text: Such as an error that asks for another value of REGISTRY_TOKEN.
        namespace: Where the step runs.
        look: Whether kubectl is of the cluster where it runs, and may be asked what is there.
    """
    if package is None or step not in package.steps:
        return ""
    named: dict[tuple[str, str], list[str]] = {}
    for kind, name, key, variable in _variables(package.kubernetes(step)):
        if re.search(rf"\b{variable}\b", text):
            named.setdefault((kind, name), []).append(key)
    return "".join(
        f"\n  {' and '.join(keys)} {'are keys' if len(keys) > 1 else 'is a key'} of {kind} {name}"
        f"{_how_to_set(kind, name, keys, namespace, look)}"
        for (kind, name), keys in named.items()
    )


def _how_to_set(kind: str, name: str, keys: Sequence[str], namespace: str, look: bool) -> str:
    """Return what makes an object that is not there, and what shows one that is."""
    holds = ", FILE having the line " + " and the line ".join(f"{key}=…" for key in keys)
    make = creation(kind, name, namespace) + (holds if kind == "Secret" else "")
    describe = f"kubectl -n {namespace} describe {kind.lower()} {name}"
    try:
        held = keys_of(kind, name, namespace) if look else None
    except LookupError:
        return f", which is not there. Make it: {make}"
    if held is None:
        return f": {describe}\n  or, where it is not there, make it: {make}"
    if absent := [key for key in keys if key not in held]:
        edit = f"kubectl -n {namespace} edit {kind.lower()} {name}"
        return f", which lacks {' and '.join(absent)}. Add it: {edit}"
    return f": {describe}"


def required(package: PipelinePackage) -> dict[tuple[str, str], list[str]]:
    """Return the keys that steps cannot start without, by kind and name of their object."""
    keys: dict[tuple[str, str], list[str]] = {}
    for step in package.steps:
        for field, (kind, name, key) in SOURCES.items():
            for source in package.kubernetes(step).get(field, ()):
                if not source.get("optional"):
                    known = keys.setdefault((kind, source[name]), [])
                    known += [e[key] for e in source["keyToEnv"] if e[key] not in known]
    return keys


def creation(kind: str, name: str, namespace: str) -> str:
    """Return the command that makes an object; no secret stands on a command line."""
    if kind.lower() == "secret":
        return f"kubectl -n {namespace} create secret generic {name} --from-env-file=FILE"
    url = "http://kfp-tabular-registry.kfp-tabular.svc:8080"
    return f"kubectl -n {namespace} create configmap {name} --from-literal=REGISTRY_URL={url}"


def _variables(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind and name of the object, the key and the variable, of all that a step is given."""
    for field, (kind, name, key) in SOURCES.items():
        for source in settings.get(field, ()):
            for entry in source.get("keyToEnv", ()):
                yield kind, source[name], entry[key], entry["envVar"]
