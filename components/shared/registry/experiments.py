"""Runs of pipelines as runs of experiments: what they were given, and how they ended."""

import json
import math
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, Self
from urllib.parse import urlencode

from components.shared.errors import RegistryRefusalError
from components.shared.registry.http import RegistryHttp

API: Final = "/api/model_registry/v1alpha3"
CONFLICT: Final = 409
LONGEST_TEXT: Final = 4_000

End = Literal["FINISHED", "FAILED", "KILLED"]


class TrackedRun:
    """One run of an experiment, in the terms of Kubeflow's API v1alpha3.

    Attributes:
        id: The registry's number of it.
        name: Its name, unique in its experiment.
        began: Whether it began here: who joins one that is there did not begin it.
    """

    def __init__(self, http: RegistryHttp, run_id: str, name: str, *, began: bool = False) -> None:
        self._http = http
        self.id = run_id
        self.name = name
        self.began = began
        self._properties: dict[str, str] = {}

    @classmethod
    def begin(
        cls,
        http: RegistryHttp,
        experiment: str,
        name: str,
        *,
        started_at: datetime | None = None,
        **properties: str,
    ) -> Self:
        """Begin a run; the experiment is made when there is none of that name.

        Args:
            http: Speaks to the registry.
            experiment: Name of the experiment.
            name: Name of the run.
            started_at: When it began; None: now.
            properties: What else there is to say of it, as texts.

        Raises:
            RegistryError: The registry cannot be reached, or refuses.
        """
        start = None if started_at is None else str(int(started_at.timestamp() * 1000))
        return cls._begun(http, _experiment_id(http, experiment), name, properties, start)

    @classmethod
    def _begun(
        cls,
        http: RegistryHttp,
        experiment_id: str,
        name: str,
        properties: Mapping[str, str],
        start: str | None = None,
    ) -> Self:
        body = {
            "name": name,
            "experimentId": experiment_id,
            "status": "RUNNING",
            "startTimeSinceEpoch": start or _now(),
            "customProperties": _texts(properties),
        }
        made = http.json("POST", f"{API}/experiment_runs", f"begin the run {name}", body)
        run = cls(http, made["id"], name, began=True)
        run._properties.update(properties)
        return run

    @classmethod
    def join(cls, http: RegistryHttp, experiment: str, name: str, **properties: str) -> Self:
        """Join a run that another process may have begun; begin it otherwise.

        Args:
            http: Speaks to the registry.
            experiment: Name of the experiment.
            name: Name of the run.
            properties: Come to what is said of it, and show that it goes on.

        Raises:
            RegistryError: The registry cannot be reached, or refuses.
        """
        experiment_id = _experiment_id(http, experiment)
        try:
            return cls._begun(http, experiment_id, name, properties)
        except RegistryRefusalError as refusal:
            if refusal.status != CONFLICT:
                raise
        query = urlencode({"name": name, "parentResourceId": experiment_id})
        found = http.json("GET", f"{API}/experiment_run?{query}", f"look for the run {name}")
        run = cls._stored(http, found)
        run._properties |= properties
        body = {"customProperties": _texts(run._properties)}
        http.json("PATCH", f"{API}/experiment_runs/{run.id}", f"join {name}", body)
        return run

    @classmethod
    def find(cls, http: RegistryHttp, name: str) -> Self | None:
        """Return the run of a name that goes on, of whichever experiment; None if none does.

        Raises:
            RegistryError: The registry cannot be reached, or refuses.
        """
        query = urlencode({"filterQuery": f"name = {json.dumps(name)} AND status = 'RUNNING'"})
        path = f"{API}/experiment_runs?{query}"
        found = http.json("GET", path, f"look for the run {name}")["items"]
        return cls._stored(http, found[0]) if found else None

    @classmethod
    def _stored(cls, http: RegistryHttp, found: Mapping[str, Any]) -> Self:
        run = cls(http, found["id"], found["name"])
        said = found.get("customProperties", {})
        run._properties = {key: each.get("string_value", "") for key, each in said.items()}
        return run

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Keep what the run was given, each value as text."""
        for name, value in parameters.items():
            kind = "string" if isinstance(value, str) else "object"
            kind = "boolean" if isinstance(value, bool) else kind
            kind = "number" if isinstance(value, int | float) and kind == "object" else kind
            text = str(value).lower() if isinstance(value, bool) else str(value)
            self._log("parameter", name, value=text[:LONGEST_TEXT], parameterType=kind)

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Keep what was measured; what is no finite number is left out, as JSON has none."""
        finite = {name: value for name, value in metrics.items() if math.isfinite(value)}
        for name, value in finite.items():
            self._log("metric", name, value=value, timestamp=_now())

    def log_data(self, name: str, digest: str, source: str) -> None:
        """Keep which table was read: its digest, and where it came from."""
        self._log("dataset-artifact", name, digest=digest, source=source, uri=source)

    def end(self, status: End, **properties: str) -> None:
        """Say how it ended; `properties` come to those that it began with."""
        # A change of properties replaces them all.
        self._properties |= properties
        body = {
            "status": status,
            "endTimeSinceEpoch": _now(),
            "customProperties": _texts(self._properties),
        }
        self._http.json("PATCH", f"{API}/experiment_runs/{self.id}", f"end {self.name}", body)

    def _log(self, artifact_type: str, name: str, **fields: Any) -> None:
        body = {"artifactType": artifact_type, "name": name, "state": "LIVE", **fields}
        path = f"{API}/experiment_runs/{self.id}/artifacts"
        self._http.json("POST", path, f"log {name} of {self.name}", body)


def _experiment_id(http: RegistryHttp, name: str) -> str:
    action = f"look for the experiment {name}"
    try:
        made = http.json("POST", f"{API}/experiments", f"make {name}", {"name": name})
    except RegistryRefusalError as refusal:
        if refusal.status != CONFLICT:
            raise
        made = http.json("GET", f"{API}/experiment?{urlencode({'name': name})}", action)
    return str(made["id"])


def _texts(properties: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        name: {"metadataType": "MetadataStringValue", "string_value": text[:LONGEST_TEXT]}
        for name, text in properties.items()
        if text
    }


def _now() -> str:
    return str(time.time_ns() // 1_000_000)
