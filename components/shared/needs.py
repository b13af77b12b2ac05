"""What the step of a component needs: the record that `components/<name>/needs.py` fills in."""

from dataclasses import dataclass
from typing import Final, Literal

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE

Tracker = Literal["mlflow", "wandb"]


@dataclass(frozen=True)
class Bounds:
    """An amount of something that nodes have, as Kubernetes writes it: `500m`, `4Gi`.

    Attributes:
        request: What the node of the step has left for it.
        limit: What the step may take at most.
    """

    request: str
    limit: str


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What one step needs of whatever runs it. Nothing has a default: each component says it all.

    Attributes:
        cpu: Number of cores.
        memory: Amount of memory.
        seconds: How long one attempt may take, from the creation of its pod.
        retries: Further attempts after a failed one. A step that speaks to what may be away for
            a while waits for it itself, as most clusters try again only what was lost with its pod.
        registry: Whether it gets the registry's URL and token.
        store: Whether it gets address and credentials of the object store, and those of databases.
        tracking: The tracker of experiments whose address and credentials it gets; None: of none.
        serving: Whether it gets the token that prediction servers ask for.
        libraries: Heavy packages that it imports as it starts.
        later: Heavy packages that it may import besides, where what it is given asks for them.
    """

    cpu: Bounds
    memory: Bounds
    seconds: int
    retries: int
    registry: bool
    store: bool
    tracking: Tracker | None
    serving: bool
    libraries: frozenset[str]
    later: frozenset[str]
