"""What the step that deploys tells the step that records: one file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from components.shared.deployments.bringing import Brought
from components.shared.deployments.plans import DeploymentPlan
from components.shared.deployments.recording import Circumstances
from components.shared.errors import InputError

FORMAT: Final = 1


@dataclass(frozen=True)
class HandedOn:
    """What came of bringing a version to serve, and which alias is to follow it.

    Attributes:
        brought: What came of it.
        alias: The alias.
        alias_before: Name of the version that it pointed to; None where it was not there.
    """

    brought: Brought
    alias: str
    alias_before: str | None

    def metadata(self) -> dict[str, Any]:
        """Return it as the metadata of an artifact, in short."""
        plan, before = self.brought.plan, self.brought.before
        told = {
            "deployment": plan.name,
            "environment": plan.environment,
            "mode": plan.mode,
            "address": self.brought.address,
            "seconds": round(self.brought.seconds, 3),
            "model_name": plan.stable.model_name,
            "version": plan.stable.version,
            "digest": plan.stable.digest,
            "before": before.stable.version if before else "",
            "alias": self.alias,
        }
        if plan.canary:
            told |= {
                "canary": plan.canary.version.version,
                "canary_digest": plan.canary.version.digest,
                "canary_percent": plan.canary.percent,
            }
        return told

    def circumstances(self, by: str, run: str, reason: str) -> Circumstances:
        """Return who deploys and why, with what is done."""
        action = "canary" if self.brought.plan.canary else "deployed"
        return Circumstances(self.alias, by, run, reason, action)

    def write(self, path: str | Path) -> None:
        """Write it."""
        before = self.brought.before
        content = {
            "format": FORMAT,
            "plan": self.brought.plan.to_json(),
            "before": before and before.to_json(),
            "address": self.brought.address,
            "seconds": self.brought.seconds,
            "alias": self.alias,
            "alias_before": self.alias_before,
        }
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(content, indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read what `write` wrote.

        Raises:
            InputError: It is none.
        """
        try:
            content = json.loads(Path(path).read_text("utf-8"))
            if content["format"] != FORMAT:
                raise ValueError(f"it is not of format {FORMAT}")
            before = content["before"]
            brought = Brought(
                DeploymentPlan.parse(content["plan"]),
                before and DeploymentPlan.parse(before),
                content["address"],
                content["seconds"],
            )
            return cls(brought, content["alias"], content["alias_before"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path} is not what deploy_model of this version wrote ({error}): pass its output "
                "`deployed`."
            ) from error
