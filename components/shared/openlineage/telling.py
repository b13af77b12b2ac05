"""An OpenLineage server, told of a run; one that is away costs seconds, and fails nothing."""

import json
import os
from collections.abc import Callable, Sequence
from typing import Final, Self

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from components.shared.errors import InputError
from components.shared.openlineage.datasets import LineageDataset
from components.shared.openlineage.events import Job, State, event, run_uuid
from components.shared.tracking.clients import without_credentials
from components.shared.trust import tls_context

URL_VARIABLE: Final = "OPENLINEAGE_URL"
ENDPOINT_VARIABLE: Final = "OPENLINEAGE_ENDPOINT"
KEY_VARIABLE: Final = "OPENLINEAGE_API_KEY"
NAMESPACE_VARIABLE: Final = "OPENLINEAGE_NAMESPACE"
PARENT_VARIABLE: Final = "OPENLINEAGE_PARENT_ID"
DISABLED_VARIABLE: Final = "OPENLINEAGE_DISABLED"
CA_VARIABLE: Final = "OPENLINEAGE_CA_FILE"

ENDPOINT: Final = "api/v1/lineage"
NAMESPACE: Final = "kfp-tabular"
# A run has four or five events: together they may cost seconds, whatever the server does.
PATIENCE: Final = Timeout(connect=1, read=2)


class LineageTeller:
    """Tells a server of one run, for as long as it takes what it is told.

    Args:
        job: The run.
        url: The server.
        warn: Is told, once, if it cannot be reached or refuses.
    """

    def __init__(self, job: Job, url: str, warn: Callable[[str], None]) -> None:
        self._job = job
        self._warn = warn
        self._address = f"{url.rstrip('/')}/{os.environ.get(ENDPOINT_VARIABLE, ENDPOINT)}"
        self.answers = True

    @classmethod
    def from_environment(
        cls, pipeline: str, run_id: str, warn: Callable[[str], None]
    ) -> Self | None:
        """Return the teller of a run; None where no server is named, or lineage is turned off."""
        url = os.environ.get(URL_VARIABLE)
        if not url or os.environ.get(DISABLED_VARIABLE, "").lower() == "true":
            return None
        namespace = os.environ.get(NAMESPACE_VARIABLE) or NAMESPACE
        return cls(Job(namespace, pipeline, run_uuid(run_id), _parent()), url, warn)

    def tell(
        self,
        state: State,
        inputs: Sequence[LineageDataset] = (),
        outputs: Sequence[LineageDataset] = (),
        error: str | None = None,
    ) -> None:
        """Send an event; never raises for want of a server."""
        if not self.answers:
            return
        body = json.dumps(event(self._job, state, inputs, outputs, error), allow_nan=False)
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        try:
            with urllib3.PoolManager(
                retries=False, timeout=PATIENCE, ssl_context=tls_context(CA_VARIABLE)
            ) as http:
                answer = http.request("POST", self._address, body=body, headers=headers)
        except (HTTPError, InputError, ValueError) as failure:
            self._give_up(str(getattr(failure, "reason", None) or failure))
            return
        if answer.status >= 300:
            said = " ".join(answer.data.decode("utf-8", "replace").split())
            self._give_up(f"it answers {answer.status}: {said[:200]}")

    def _give_up(self, reason: str) -> None:
        self.answers = False
        server = without_credentials(self._address)
        self._warn(f"the lineage of this run is not told to {server}: {reason}")


def _parent() -> Job | None:
    """Return the run that this one is part of, as Airflow's provider and dbt name it."""
    said = os.environ.get(PARENT_VARIABLE, "")
    namespace, _, rest = said.partition("/")
    name, _, run_id = rest.rpartition("/")
    return Job(namespace, name, run_uuid(run_id)) if namespace and name and run_id else None
