"""Bring a version to serve, where what served before does until it is ready."""

from dataclasses import dataclass, field, replace
from typing import Final

from components.shared.deployments.bringing import bring
from components.shared.deployments.examples import examples_of
from components.shared.deployments.handing_on import HandedOn
from components.shared.deployments.opening import chosen_mode, open_place
from components.shared.deployments.plans import (
    ALL,
    Canary,
    DeploymentPlan,
    PinnedVersion,
    Scale,
    check_name,
    object_name,
)
from components.shared.deployments.recording import ALIAS, alias_target
from components.shared.errors import InputError
from components.shared.image import PREDICTOR_IMAGE
from components.shared.parameters import given
from components.shared.registry.client import RegistryClient
from components.shared.reports.notes import Note

LEAST_SECONDS: Final = 10


@dataclass(frozen=True)
class Wish:
    """Where and how a version is to be served.

    Attributes:
        mode: local, deployment or kserve; unset: deployment in a cluster, else local.
        name: Name of the deployment; unset: made of that of the model.
        namespace: Namespace of a cluster; unset: that of the pod, or of kubectl's context.
        canary_percent: Share of the requests; 100: all of them.
        scale: How many servers there are in a cluster.
        gateway: Gateway as namespace/name; unset: none.
        image: Image of the servers in a cluster.
        port: Port on this machine; 0: the one that it has, or a free one.
        alias: The alias that is to follow the deployment.
        wait_seconds: How long it may take to get ready.
    """

    mode: str = "auto"
    name: str = ""
    namespace: str = ""
    canary_percent: int = ALL
    scale: Scale = field(default_factory=Scale)
    gateway: str = ""
    image: str = ""
    port: int = 0
    alias: str = ALIAS
    wait_seconds: int = 300


def deploy_model(
    version: PinnedVersion, wish: Wish, registry_url: str | None = None
) -> tuple[HandedOn, tuple[Note, ...]]:
    """Bring a version to serve; return what came of it, and what whoever deploys should know.

    Raises:
        InputError: The wish cannot be fulfilled; the message says what would let it.
        DeploymentError: It did not get ready, or says something else than the model did; what
            served before does.
        ComponentError: Cluster or registry refuse, or cannot be reached.
    """
    _check(wish)
    mode, alias = chosen_mode(wish.mode), given(wish.alias, ALIAS)
    name = given(wish.name) or object_name(version.model_name)
    check_name(name)
    with RegistryClient.from_environment(registry_url) as registry:
        place, where = open_place(mode, given(wish.namespace), registry)
        plan = DeploymentPlan(
            name, mode, where, version,
            image="" if mode == "local" else given(wish.image, PREDICTOR_IMAGE),
            scale=wish.scale, gateway=given(wish.gateway, ""), port=wish.port,
        )  # fmt: skip
        current = place.current(name)
        _see_that_it_is_free(registry, plan, current, alias)
        plan = _with_canary(plan, current, wish.canary_percent)
        notes = tuple(Note("warning", text) for text in place.check(plan))
        registry.serving.ensure_environment(plan.environment)
        alias_before = alias_target(registry, version.model_name, alias)
        examples = examples_of(registry, plan.stable)
        brought = bring(place, plan, examples, wish.wait_seconds)
    return HandedOn(brought, alias, alias_before), notes


def _check(wish: Wish) -> None:
    if not 0 <= wish.canary_percent <= ALL:
        raise InputError(
            f"a canary gets 0 to {ALL} of a hundred requests, not {wish.canary_percent} (parameter "
            "`canary_percent`)"
        )
    if not 1 <= wish.scale.replicas <= wish.scale.most_replicas:
        raise InputError(
            f"there are {wish.scale.replicas} to {wish.scale.most_replicas} servers (parameters "
            "`replicas` and `most_replicas`): take 1 or more, and no fewer at the most"
        )
    namespace, slash, name = given(wish.gateway, "a/b").partition("/")
    if not (namespace and slash and name):
        raise InputError(
            f"{wish.gateway!r} names no gateway (parameter `gateway`): write namespace/name"
        )
    if wish.wait_seconds < LEAST_SECONDS:
        raise InputError(
            f"{wish.wait_seconds} s is too short for a server to get ready (parameter "
            f"`wait_seconds`): take {LEAST_SECONDS} or more"
        )


def _with_canary(
    plan: DeploymentPlan, current: DeploymentPlan | None, percent: int
) -> DeploymentPlan:
    if percent == ALL:
        return plan
    if current is None:
        raise InputError(
            f"{plan.name} does not serve yet, so that nothing is there for the other "
            f"{ALL - percent} of a hundred requests: deploy a version to all first"
        )
    if current.stable == plan.stable:
        raise InputError(f"{plan.stable} is what {plan.name} serves: it is no canary to itself")
    return replace(plan, stable=current.stable, canary=Canary(plan.stable, percent))


def _see_that_it_is_free(
    registry: RegistryClient, plan: DeploymentPlan, current: DeploymentPlan | None, alias: str
) -> None:
    """Refuse another model's deployment, and an alias that follows another one."""
    model = plan.stable.model_name
    if current and current.stable.model_name != model:
        raise InputError(
            f"{plan.name} in {plan.environment} serves {current.stable.model_name}: choose another "
            "name (parameter `name`)"
        )
    for each in registry.serving.deployments():
        same = (each.environment, each.name) == (plan.environment, plan.name)
        follows = (each.facts.model, each.facts.alias) == (model, alias)
        if each.state == "DEPLOYED" and follows and not same:
            raise InputError(
                f"{alias} of {model} follows {each.name} in {each.environment}, and an alias "
                "follows one deployment: name another (parameter `alias`), such as "
                f"{alias}-{plan.mode}, or stop that one"
            )
