"""What a deployment is to be: which version answers, where, and how many of it."""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self, get_args

from components.shared.errors import InputError
from components.shared.parameters import given

Mode = Literal["local", "deployment", "kserve"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

LONGEST_NAME: Final = 40
"""Names of objects are made of it, and the longest of them has 63 characters."""

ALL: Final = 100


@dataclass(frozen=True)
class PinnedVersion:
    """A version of a model by its digest, which is of these bytes and no others.

    Attributes:
        model_name: Name of the model.
        version: Name of the version.
        digest: SHA-256 over its files.
    """

    model_name: str
    version: str
    digest: str

    def arguments(self) -> list[str]:
        """Return what a prediction server is told of it, as `python -m predictor` takes it."""
        return ["--model", f"{self.model_name}@{self.version}", "--digest", self.digest]

    def __str__(self) -> str:
        return f"{self.model_name} version {self.version} ({self.digest[:12]})"


@dataclass(frozen=True)
class Canary:
    """A version that answers a part of the requests, to see how it does.

    Attributes:
        version: The version.
        percent: Its share of the requests, 0 to 99; 0: it runs, and is sent nothing.
    """

    version: PinnedVersion
    percent: int


@dataclass(frozen=True)
class Scale:
    """How many servers there are in a cluster, and what each of them may take.

    Attributes:
        replicas: How many there are at the least.
        most_replicas: How many there are under load.
        cpu: Cores that each asks for, as Kubernetes writes them.
        most_cpu: Cores that each never exceeds.
        memory: Memory that each asks for, and never exceeds.
    """

    replicas: int = 2
    most_replicas: int = 6
    cpu: str = "250m"
    most_cpu: str = "1"
    memory: str = "256Mi"


def scale_of(replicas: int, most_replicas: int, cpu: str, most_cpu: str, memory: str) -> Scale:
    """Return what parameters say of a scale; amounts that are unset are the usual ones."""
    usual = Scale()
    amounts = (given(cpu, usual.cpu), given(most_cpu, usual.most_cpu), given(memory, usual.memory))
    return Scale(replicas, most_replicas, *amounts)


@dataclass(frozen=True)
class DeploymentPlan:
    """What one deployment is to be.

    Attributes:
        name: Its name, and that of its objects: small letters, digits and dashes.
        mode: How it is served: by a process of this machine, or in a cluster.
        place: The namespace; of mode local the name of the machine.
        stable: The version that answers.
        canary: One that answers a part of the requests.
        image: Image of the servers in a cluster; empty on a machine.
        scale: How many of them there are.
        gateway: Gateway that leads to it, as namespace/name; empty: none.
        port: Port of mode local; 0: a free one, which it keeps.
    """

    name: str
    mode: Mode
    place: str
    stable: PinnedVersion
    canary: Canary | None = None
    image: str = ""
    scale: Scale = field(default_factory=Scale)
    gateway: str = ""
    port: int = 0

    @property
    def environment(self) -> str:
        """The serving environment that it is in, as the registry names it."""
        return f"{'local' if self.mode == 'local' else 'kubernetes'}:{self.place}"

    @property
    def versions(self) -> tuple[PinnedVersion, ...]:
        """The versions that run: the stable one, and its canary."""
        return (self.stable, *((self.canary.version,) if self.canary else ()))

    def to_json(self) -> str:
        """Return it as text of one line."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            InputError: It is none.
        """
        try:
            content: dict[str, Any] = json.loads(text)
            canary = content.pop("canary")
            return cls(
                **{
                    **content,
                    "stable": PinnedVersion(**content["stable"]),
                    "canary": canary
                    and Canary(PinnedVersion(**canary["version"]), canary["percent"]),
                    "scale": Scale(**content["scale"]),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"what is kept of a deployment cannot be read ({error}): it is of another version "
                "of kfp-tabular, or was changed by hand. Deploy it anew."
            ) from error


def object_name(model_name: str) -> str:
    """Return what a deployment of a model is called where nobody names it.

    Raises:
        InputError: The model's name has no letter or digit that a name can have.
    """
    name = re.sub(r"[^a-z0-9]+", "-", model_name.casefold()).strip("-")[:LONGEST_NAME].strip("-")
    # Services are named like hosts, which begin with a letter.
    name = name if not name or name[0].isalpha() else f"m-{name}"[:LONGEST_NAME].strip("-")
    if not name:
        raise InputError(
            f"{model_name!r} has no letter from a to z of which a deployment could be named: name "
            "it (parameter `name`)"
        )
    return name


def check_name(name: str) -> None:
    """Refuse a name that Kubernetes would refuse for a Service.

    Raises:
        InputError: It is none.
    """
    if not re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", name) or len(name) > LONGEST_NAME:
        raise InputError(
            f"{name!r} is no name of a deployment (parameter `name`): it has small letters, digits "
            f"and dashes, begins with a letter, and has at most {LONGEST_NAME} characters"
        )
