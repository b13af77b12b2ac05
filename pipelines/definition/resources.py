"""Overrides of what the steps of a pipeline ask of the cluster, as given on the command line."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from kubernetes.utils.quantity import parse_quantity

from pipelines.definition.packages import PipelinePackage
from pipelines.errors import UsageError

RESOURCE: Final = re.compile(
    r"(?P<step>[\w-]+)\.(?P<kind>cpu|memory)(?:_(?P<bound>request|limit))?=(?P<amount>\S+)"
)
SELECTOR: Final = re.compile(r"(?P<label>[\w./-]+)=(?P<value>[\w.-]*)")
TOLERATION: Final = re.compile(
    r"(?P<key>[\w./-]+)(?:=(?P<value>[\w.-]*))?"
    r"(?::(?P<effect>NoSchedule|PreferNoSchedule|NoExecute))?"
)
BYTES_IN_GIGABYTE: Final = 10**9


def with_resources(package: PipelinePackage, settings: Iterable[str]) -> PipelinePackage:
    """Return the pipeline with settings such as `train_model.memory=8Gi`.

    `cpu` and `memory` set request and limit to one amount; `cpu_request`, `cpu_limit`,
    `memory_request` and `memory_limit` set one of them.

    Raises:
        UsageError: There is no such step or resource, the amount is none, or a request is now
            greater than its limit.
    """
    changed = package.copy()
    for setting in settings:
        found = RESOURCE.fullmatch(setting)
        if found is None:
            raise UsageError(
                f"--set-resource {setting}: it should look like train_model.memory=8Gi, with cpu, "
                "cpu_request, cpu_limit, memory, memory_request or memory_limit"
            )
        resources = changed.container(found["step"]).setdefault("resources", {})
        for bound in [found["bound"]] if found["bound"] else ["request", "limit"]:
            _set(resources, found["kind"], bound, found["amount"], setting)
        _check_order(resources, found["kind"], setting)
    return changed


def on_nodes(
    package: PipelinePackage, selectors: Iterable[str], tolerations: Iterable[str]
) -> PipelinePackage:
    """Return the pipeline with further node selectors and tolerations on every step.

    Args:
        package: The pipeline.
        selectors: `LABEL=VALUE` each.
        tolerations: `KEY[=VALUE][:EFFECT]` each, as `kubectl taint` writes them; without a value
            any value is tolerated, without an effect any effect.

    Raises:
        UsageError: One of them is not of that form.
    """
    changed = package.copy()
    labels = dict(_selector(each) for each in selectors)
    tolerated = [_toleration(each) for each in tolerations]
    for step in changed.steps:
        settings = changed.kubernetes(step)
        if labels:
            settings.setdefault("nodeSelector", {}).setdefault("labels", {}).update(labels)
        if tolerated:
            settings.setdefault("tolerations", []).extend(tolerated)
    return changed


def _set(resources: dict[str, Any], kind: str, bound: str, amount: str, setting: str) -> None:
    number = _quantity(amount, setting)
    name = f"{kind.capitalize()}{bound.capitalize()}"
    resources[f"resource{name}"] = amount
    # What backends before 2.4 read: cores, and gigabytes.
    resources[f"{kind}{bound.capitalize()}"] = float(
        number if kind == "cpu" else number / BYTES_IN_GIGABYTE
    )


def _check_order(resources: dict[str, Any], kind: str, setting: str) -> None:
    request = resources.get(f"resource{kind.capitalize()}Request")
    limit = resources.get(f"resource{kind.capitalize()}Limit")
    if request and limit and _quantity(request, setting) > _quantity(limit, setting):
        raise UsageError(
            f"--set-resource {setting}: the step would request {request} of {kind} with a limit of "
            f"{limit}; set both with {setting.split('.')[0]}.{kind}={setting.split('=')[1]}"
        )


def _quantity(amount: str, setting: str) -> Decimal:
    try:
        number: Decimal = parse_quantity(amount)
    except ValueError:
        number = Decimal(0)
    if number <= 0:
        raise UsageError(
            f"--set-resource {setting}: {amount} is no amount; cores look like 500m or 2, memory "
            "like 512Mi or 8Gi"
        )
    return number


def _selector(text: str) -> tuple[str, str]:
    found = SELECTOR.fullmatch(text)
    if found is None:
        raise UsageError(f"--node-selector {text}: it should look like disktype=ssd")
    return found["label"], found["value"]


def _toleration(text: str) -> dict[str, str]:
    found = TOLERATION.fullmatch(text)
    if found is None:
        raise UsageError(f"--toleration {text}: it should look like dedicated=ml:NoSchedule")
    tolerated = {"key": found["key"], "operator": "Exists" if found["value"] is None else "Equal"}
    return tolerated | {name: found[name] for name in ("value", "effect") if found[name]}
