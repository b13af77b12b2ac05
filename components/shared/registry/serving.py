"""Deployments as a registry keeps them: in the terms of Kubeflow's API, by what each of them is.

A serving environment is a place, such as a namespace; an inference service is a deployment in it;
each act of bringing a version to it is a serve of that.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal, Self
from urllib.parse import urlencode

from components.shared.errors import RegistryRefusalError
from components.shared.registry.http import RegistryHttp
from components.shared.registry.paths import KUBEFLOW_API, version_path
from components.shared.registry.reading import NOT_FOUND, items
from components.shared.registry.records import moment

CONFLICT: Final = 409

State = Literal["DEPLOYED", "UNDEPLOYED"]


@dataclass(frozen=True)
class Facts:
    """What is said of a deployment besides its names.

    Attributes:
        model: Name of the model.
        version: Name of the version that answers.
        digest: SHA-256 over its files.
        alias: The alias that follows it.
        address: Where it answers.
        plan: What it is to be, as JSON, by which it can be made again.
        canary: Name of the version that answers a part of the requests; empty: none.
        canary_percent: Its share of the requests.
        by: Who deployed it.
        run: The run of a pipeline that did; empty: none.
        action: What was done: deployed, rolled back, canary or removed.
        reason: Why; empty: nobody said.
    """

    model: str
    version: str
    digest: str
    alias: str
    address: str
    plan: str
    canary: str = ""
    canary_percent: int = 0
    by: str = ""
    run: str = ""
    action: str = "deployed"
    reason: str = ""

    def outcome(self) -> str:
        """Return what was done, in one line."""
        if self.canary:
            return (
                f"{self.canary_percent} of 100 requests to {self.model} version {self.canary}, the "
                f"others to version {self.version}"
            )
        return f"{self.action} {self.model} version {self.version}"

    def shown(self) -> dict[str, Any]:
        """Return them as the metadata of an artifact, without the plan."""
        return {k: v for k, v in asdict(self).items() if k != "plan" and v not in ("", 0)}

    def properties(self) -> dict[str, Any]:
        """Return them as the API has properties."""
        texts = {key: str(value) for key, value in asdict(self).items() if value != ""}
        return {
            key: {"metadataType": "MetadataStringValue", "string_value": text}
            for key, text in texts.items()
        }

    @classmethod
    def read(cls, properties: Mapping[str, Mapping[str, Any]]) -> Self | None:
        """Read what `properties` gave; None where somebody else wrote it."""
        known = {each.name for each in fields(cls)}
        said = {k: str(v.get("string_value", "")) for k, v in properties.items() if k in known}
        try:
            return cls(**{**said, "canary_percent": int(said.get("canary_percent", "0"))})  # type: ignore[arg-type] # the one that is no text
        except (TypeError, ValueError):
            return None


@dataclass(frozen=True)
class DeploymentRecord:
    """A deployment, as the registry keeps it.

    Attributes:
        id: The registry's number of it.
        name: Its name.
        environment: Where it is.
        mode: How it is served.
        state: Whether it is there.
        since: When it was last changed.
        facts: What else is said of it.
    """

    id: str
    name: str
    environment: str
    mode: str
    state: State
    since: datetime
    facts: Facts


@dataclass(frozen=True)
class Act:
    """One act of bringing a version to a deployment: when, and what was said of it."""

    at: datetime
    facts: Facts


class ServingRecords:
    """Reads and writes what a registry keeps of deployments; every method raises RegistryError.

    Args:
        http: Speaks to the registry.
    """

    def __init__(self, http: RegistryHttp) -> None:
        self._http = http

    def ensure_environment(self, name: str) -> str:
        """Return the number of a serving environment, which is made when new."""
        query = urlencode({"name": name})
        action = f"look for the serving environment {name}"
        path = f"{KUBEFLOW_API}/serving_environment"
        try:
            return str(self._http.json("GET", f"{path}?{query}", action)["id"])
        except RegistryRefusalError as refusal:
            if refusal.status != NOT_FOUND:
                raise
        body = {"name": name, "customProperties": {}}
        action = f"make the serving environment {name}, which takes a writer of all models, once"
        try:
            return str(self._http.json("POST", f"{path}s", action, body)["id"])
        except RegistryRefusalError as refusal:
            if refusal.status != CONFLICT:
                raise
        return str(self._http.json("GET", f"{path}?{query}", f"find {name}")["id"])

    def record(
        self, environment: str, name: str, mode: str, facts: Facts, state: State = "DEPLOYED"
    ) -> None:
        """Keep what a deployment is now, and the act that made it so."""
        model_id, version_id = self._ids(facts.model, facts.version)
        environment_id = self.ensure_environment(environment)
        body = {
            "modelVersionId": version_id,
            "runtime": mode,
            "desiredState": state,
            "customProperties": facts.properties(),
        }
        found = self._find(environment_id, name)
        path, action = f"{KUBEFLOW_API}/inference_services", f"record the deployment {name}"
        if found is None:
            owners = {"registeredModelId": model_id, "servingEnvironmentId": environment_id}
            made = self._http.json("POST", path, action, {"name": name, **owners, **body})
        else:
            made = self._http.json("PATCH", f"{path}/{found['id']}", action, body)
        act = {
            "name": f"{facts.version}-{time.time_ns()}",
            "modelVersionId": version_id,
            "lastKnownState": "RUNNING" if state == "DEPLOYED" else "CANCELED",
            "customProperties": facts.properties(),
        }
        self._http.json("POST", f"{path}/{made['id']}/serves", action, act)

    def deployments(self) -> list[DeploymentRecord]:
        """Return all deployments that are kept, those that were changed last first."""
        names = {each["id"]: each["name"] for each in self._list("serving_environments")}
        found = self._list("inference_services")
        records = (_record(each, names) for each in found)
        return [record for record in records if record]

    def history(self, record: DeploymentRecord) -> list[Act]:
        """Return what was brought to a deployment, the newest first."""
        path = f"inference_services/{record.id}/serves"
        acts = ((each, Facts.read(each["customProperties"])) for each in self._list(path))
        return [Act(moment(each["createTimeSinceEpoch"]), facts) for each, facts in acts if facts]

    def _find(self, environment_id: str, name: str) -> Mapping[str, Any] | None:
        query = urlencode({"name": name, "parentResourceId": environment_id})
        path = f"{KUBEFLOW_API}/inference_service?{query}"
        try:
            return self._http.json("GET", path, f"look for the deployment {name}")
        except RegistryRefusalError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    def _ids(self, model: str, version: str) -> tuple[str, str]:
        action = f"find {model}@{version}"
        found = self._http.json("GET", version_path(model, version), action)
        return str(found["model"]["id"]), str(found["version"]["id"])

    def _list(self, what: str) -> Iterator[Mapping[str, Any]]:
        return items(self._http, f"{KUBEFLOW_API}/{what}", f"list the {what}", "ID", None)


def _record(item: Mapping[str, Any], environments: Mapping[str, str]) -> DeploymentRecord | None:
    facts = Facts.read(item.get("customProperties", {}))
    if facts is None:
        return None
    return DeploymentRecord(
        id=item["id"],
        name=item.get("name", ""),
        environment=environments.get(item["servingEnvironmentId"], ""),
        mode=item.get("runtime", ""),
        state=item["desiredState"],
        since=moment(item["lastUpdateTimeSinceEpoch"]),
        facts=facts,
    )
