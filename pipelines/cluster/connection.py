"""A connection to Kubeflow Pipelines: its API by `kfp_server_api`, its errors as ours."""
# mypy: disable-error-code="import-untyped"

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote, urlsplit

import kfp_server_api
from kfp_server_api.exceptions import ApiException
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry, Timeout

from pipelines.cluster.address import Address
from pipelines.cluster.errors import (
    ConflictError,
    ForbiddenError,
    LoginError,
    NoPipelinesError,
    NotThereError,
    RefusedError,
    UnexpectedAnswerError,
    UnreachableError,
    message_of,
)
from pipelines.cluster.port_forward import forwarded
from pipelines.errors import UsageError

RETRIES_VARIABLE: Final = "KFP_RETRIES"
DEFAULT_RETRIES: Final = 8
FIRST_CONTACT_RETRIES: Final = 1
LOOKS: Final = 5
"""How often we look whether the API server is ready, a pause apart, before we give up."""
PAUSE_SECONDS: Final = 1.0
CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 60
NAMED: Final = re.compile(r"(look at|end|delete) (?P<kind>run|schedule) (?P<id>.*)")
"""Actions on something that the user named."""

OWN_FORWARD: Final = "http://localhost:8080"


@contextmanager
def connected(address: Address) -> Iterator["Connection"]:
    """Connect, forwarding a port while it lasts where no host is given.

    Raises:
        PipelineError: It cannot be reached, is not KFP, wants a login or another namespace.
    """
    if address.host:
        yield Connection(address, address.host)
        return
    with forwarded(address.kfp_namespace) as host:
        yield Connection(address, host)


class Connection:
    """Speaks to one KFP; every failure is one of `pipelines.cluster.errors`.

    Reading is repeated with growing pauses when the connection breaks or the server is away for a
    moment (`KFP_RETRIES` times, 8 by default: about a minute). Writing is repeated only where
    nothing can have been received.

    Attributes:
        address: Where it was told to connect.
        host: The URL it speaks to.
        namespace: What the API is to be told as the namespace; None in a single-user KFP.
        pod_namespace: Namespace that the pods of the runs are in.
    """

    def __init__(self, address: Address, host: str) -> None:
        self.address = address
        self.host = host
        configuration = kfp_server_api.Configuration(host=host)
        configuration.retries = _retry(int(os.environ.get(RETRIES_VARIABLE, DEFAULT_RETRIES)))
        configuration.ssl_ca_cert = str(address.ca_cert) if address.ca_cert else None
        if address.token:
            configuration.api_key["authorization"] = address.token
            configuration.api_key_prefix["authorization"] = "Bearer"
        self._client = kfp_server_api.ApiClient(configuration, cookie=address.cookies)
        self.runs = kfp_server_api.RunServiceApi(self._client)
        self.experiments = kfp_server_api.ExperimentServiceApi(self._client)
        self.recurring_runs = kfp_server_api.RecurringRunServiceApi(self._client)
        self.pipelines = kfp_server_api.PipelineServiceApi(self._client)
        self.uploads = kfp_server_api.PipelineUploadServiceApi(self._client)
        is_multi_user = self._is_multi_user()
        self.namespace = address.namespace if is_multi_user else None
        self.pod_namespace = self.namespace or address.kfp_namespace
        self._check_namespace(is_multi_user)

    def call(self, action: str, method: Any, *arguments: Any, **options: Any) -> Any:
        """Call a method of `kfp_server_api`.

        Args:
            action: What it does, such as "start the run", for the error message.
            method: A method of one of this connection's services.
            arguments: Its arguments.
            options: Its optional arguments; None is left out.

        Raises:
            PipelineError: It did not succeed.
        """
        given = {name: value for name, value in options.items() if value is not None}
        try:
            return method(*arguments, **given, _request_timeout=(CONNECT_SECONDS, READ_SECONDS))
        except ApiException as error:
            raise self._refusal(action, int(error.status or 0), message_of(error.body)) from error
        except HTTPError as error:
            raise UnreachableError(self.host, _reason(error)) from error
        except (ValueError, AttributeError, TypeError) as error:
            raise UnexpectedAnswerError(
                f"could not {action}: {self.host} gave an answer that is none of KFP 2's API "
                f"({error}). Is there an older KFP, or a proxy in between?"
            ) from error

    def experiment_id(self, name: str) -> str:
        """Return the id of the experiment called `name`, which is created where there is none."""
        if found := self._find_experiment(name):
            return found
        experiment = kfp_server_api.V2beta1Experiment(display_name=name, namespace=self.namespace)
        create = self.experiments.experiment_service_create_experiment
        try:
            made = self.call(f"create experiment {name}", create, experiment)
        except ConflictError:
            # Another submission created it in between.
            if found := self._find_experiment(name):
                return found
            raise
        return str(made.experiment_id)

    def run(self, run_id: str) -> Any:
        """Return a run, with what is known of its tasks."""
        what = f"look at run {run_id}"
        return self.call(what, self.runs.run_service_get_run, run_id)

    def text(self, path: str, **fields: str) -> str | None:
        """Return the text at `path` of the host; None where there is none, or it is a web page."""
        try:
            response = self._get(path, fields=fields)
        except HTTPError:
            return None
        text = response.data.decode("utf-8", "replace")
        # ml-pipeline-ui calls the JSON of a pod text/html too: a page is known by how it begins.
        is_page = "text/html" in response.headers.get("Content-Type", "") and text.startswith("<")
        return None if response.status != 200 or is_page else text

    def artifact(self, uri: str) -> str | None:
        """Return the text at an address of the object store, through ml-pipeline-ui; None if none.

        Args:
            uri: Such as minio://mlpipeline/v2/artifacts/…
        """
        parts = urlsplit(uri)
        if not parts.netloc:
            return None
        return self.text(
            "/artifacts/get",
            source=parts.scheme,
            bucket=parts.netloc,
            key=parts.path.lstrip("/"),
            namespace=self.pod_namespace,
        )

    def run_page(self, run_id: str) -> str:
        """Return the address of a run's page, and how to get there where a port is forwarded."""
        return self.page(f"#/runs/details/{quote(run_id)}")

    def page(self, path: str) -> str:
        """Return the address of a page of the dashboard, and how to get there likewise."""
        page = f"{self.address.host or OWN_FORWARD}/{path}"
        if self.address.host:
            return page
        forward = f"kubectl -n {self.address.kfp_namespace} port-forward svc/ml-pipeline-ui 8080:80"
        return f"{page} (after: {forward})"

    def _find_experiment(self, name: str) -> str | None:
        predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
        found = self.call(
            f"find experiment {name}",
            self.experiments.experiment_service_list_experiments,
            filter=json.dumps({"predicates": [predicate]}),
            namespace=self.namespace,
        )
        return str(found.experiments[0].experiment_id) if found.experiments else None

    def _is_multi_user(self) -> bool:
        for look in range(LOOKS):
            if look:
                time.sleep(PAUSE_SECONDS)
            health = self._health()
            # ml-pipeline-ui answers too while the API server behind it does not, and then tells
            # nothing else.
            if health.get("apiServerReady", True):
                return bool(health.get("multi_user", health.get("apiServerMultiUser")))
        said = "ml-pipeline-ui answers, but the API server behind it (ml-pipeline) does not"
        raise self._refusal("see how it is", 503, said)

    def _health(self) -> Mapping[str, Any]:
        try:
            response = self._get("/apis/v2beta1/healthz", retries=_retry(FIRST_CONTACT_RETRIES))
        except HTTPError as error:
            raise UnreachableError(self.host, _reason(error)) from error
        if response.status in (301, 302, 303, 307, 401, 403):
            raise self._login(f"HTTP {response.status}")
        if response.status >= 500:
            raise self._refusal("see how it is", response.status, message_of(response.data))
        try:
            health = json.loads(response.data)
        except ValueError:
            health = None
        if not isinstance(health, Mapping):
            what = response.headers.get("Content-Type", "no content type")
            raise NoPipelinesError(self.host, f"HTTP {response.status}, {what}")
        return health

    def _check_namespace(self, is_multi_user: bool) -> None:
        if is_multi_user and not self.namespace:
            raise UsageError(
                f"{self.host} is a Kubeflow of many users: name your profile's namespace with "
                "--namespace; see which there are with: kubectl get profiles"
            )
        if not is_multi_user and self.address.namespace not in (None, self.pod_namespace):
            raise UsageError(
                f"--namespace {self.address.namespace}: {self.host} is a single-user KFP, its runs "
                f"are in the namespace that it is installed in ({self.address.kfp_namespace}; "
                "another one is told by --kfp-namespace): leave --namespace out"
            )

    def _get(self, path: str, **options: Any) -> BaseHTTPResponse:
        headers = {}
        if self.address.token:
            headers["Authorization"] = f"Bearer {self.address.token}"
        if self.address.cookies:
            headers["Cookie"] = self.address.cookies
        timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        pool = self._client.rest_client.pool_manager
        response: BaseHTTPResponse = pool.request(
            "GET", self.host + path, headers=headers, timeout=timeout, redirect=False, **options
        )
        return response

    def _login(self, what: str) -> LoginError:
        return LoginError(self.host, what, self.address.namespace or self.address.kfp_namespace)

    def _refusal(self, action: str, status: int, message: str) -> Exception:
        namespace = self.address.namespace or self.address.kfp_namespace
        if status == 401:
            return self._login(f"HTTP 401 when asked to {action}: {message}")
        if status == 403:
            return ForbiddenError(action, namespace, message)
        if status == 404 and (asked := NAMED.fullmatch(action)):
            listing = f"kfp-tabular {asked['kind']}s list{self.address.options()}"
            return NotThereError(f"{asked['kind']} {asked['id']} at {self.host}", listing)
        kind = ConflictError if status == 409 else RefusedError
        return kind(action, status, message, self.address.kfp_namespace)


def _retry(times: int) -> Retry:
    return Retry(
        total=times,
        other=0,
        backoff_factor=0.5,
        backoff_max=15,
        status_forcelist=(502, 503, 504),
        raise_on_status=False,
    )


def _reason(error: HTTPError) -> str:
    """Return why a request failed, without the connection object's description of itself."""
    return str(getattr(error, "reason", None) or error).rpartition("): ")[2]
