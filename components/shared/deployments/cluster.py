"""One namespace of a Kubernetes cluster, through its API server."""
# mypy: disable-error-code="import-untyped"

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from urllib3.exceptions import HTTPError

from components.shared.deployments.pods import Manifest
from components.shared.errors import ClusterError, ClusterRefusalError, InputError

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

MANAGER: Final = "kfp-tabular"
"""Owns the fields that are applied from here; other fields stay as others set them."""

OWN_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
APPLY: Final = "application/apply-patch+yaml"
NOT_FOUND: Final = 404
SECONDS: Final = (5, 60)


class Cluster:
    """Reads and changes the objects of one namespace.

    Args:
        client: Speaks to the API server, as whoever the client's configuration says.
        namespace: The namespace.
    """

    def __init__(self, client: "ApiClient", namespace: str) -> None:
        self.namespace = namespace
        self._client = client

    def apply(self, manifest: Manifest) -> Manifest:
        """Make an object, or make it what the manifest says, by server-side apply.

        Raises:
            ClusterRefusalError: The API server refused.
            ClusterError: It cannot be reached.
        """
        path = self._path(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])
        action = f"apply {manifest['kind']} {manifest['metadata']['name']}"
        query = [("fieldManager", MANAGER), ("force", "true")]
        return self._json("PATCH", path, action, query, manifest, APPLY)

    def find(self, api: str, kind: str, name: str) -> Manifest | None:
        """Return an object; None where there is none. Raises as `apply`."""
        try:
            return self._json("GET", self._path(api, kind, name), f"read {kind} {name}")
        except ClusterRefusalError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise

    def list(self, api: str, kind: str, selector: Mapping[str, str]) -> list[Manifest]:
        """Return the objects that carry some labels. Raises as `apply`."""
        query = [("labelSelector", ",".join(f"{k}={v}" for k, v in selector.items()))]
        found = self._json("GET", self._path(api, kind), f"list {_plural(kind)}", query)
        return list(found["items"])

    def delete(self, api: str, kind: str, name: str) -> None:
        """Delete an object, if it is there. Raises as `apply`."""
        try:
            self._json("DELETE", self._path(api, kind, name), f"delete {kind} {name}")
        except ClusterRefusalError as refusal:
            if refusal.status != NOT_FOUND:
                raise

    def serves(self, api: str, kind: str) -> bool:
        """Tell whether the cluster has a kind of objects. Raises as `apply`."""
        try:
            found = self._json("GET", f"/apis/{api}", f"see which kinds {api} has")
        except ClusterRefusalError as refusal:
            if refusal.status == NOT_FOUND:
                return False
            raise
        return any(each["kind"] == kind for each in found["resources"])

    def schema(self, api: str) -> Manifest:
        """Return the OpenAPI document of a group's version. Raises as `apply`."""
        return self._json("GET", f"/openapi/v3/apis/{api}", f"read the schema of {api}")

    def log(self, pod: str, container: str, lines: int) -> str:
        """Return the last lines that a container of a pod printed. Raises as `apply`."""
        path = f"{self._path('v1', 'Pod', pod)}/log"
        query = [("tailLines", str(lines)), ("container", container)]
        return self._send("GET", path, f"read the log of {pod}", query).decode("utf-8", "replace")

    def ask_service(
        self, service: str, port: int, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request to a Service through the API server; return status and body.

        Raises:
            ClusterError: The API server cannot be reached.
        """
        where = f"{self._path('v1', 'Service', f'http:{service}:{port}')}/proxy{path}"
        try:
            return 200, self._send(method, where, f"ask {service}", (), body, headers=headers)
        except ClusterRefusalError as refusal:
            return refusal.status, refusal.body

    def elsewhere(self, namespace: str) -> "Cluster":
        """Return another namespace of the same cluster."""
        return Cluster(self._client, namespace)

    def _path(self, api: str, kind: str, name: str = "") -> str:
        root = f"/apis/{api}" if "/" in api else f"/api/{api}"
        of_name = f"/{name}" if name else ""
        return f"{root}/namespaces/{self.namespace}/{_plural(kind)}{of_name}"

    def _json(self, *request: Any) -> Manifest:
        found: Manifest = json.loads(self._send(*request))
        return found

    def _send(
        self,
        method: str,
        path: str,
        action: str,
        query: Any = (),
        body: Any = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        from kubernetes.client.exceptions import ApiException

        sent = {"Accept": "*/*", "Content-Type": content_type, **(headers or {})}
        try:
            response = self._client.call_api(
                path, method,
                query_params=list(query), header_params=sent, body=body,
                auth_settings=["BearerToken"],
                _return_http_data_only=True, _preload_content=False, _request_timeout=SECONDS,
            )  # fmt: skip
        except ApiException as error:
            raise self._refusal(action, error) from error
        except (HTTPError, OSError) as error:
            host = self._client.configuration.host
            raise ClusterError(
                f"could not {action}: the API server {host} cannot be reached ({error}). See that "
                "kubectl reaches it from here."
            ) from error
        content: bytes = response.data
        return content

    def _refusal(self, action: str, error: Any) -> ClusterRefusalError:
        body = error.body if isinstance(error.body, bytes) else str(error.body or "").encode()
        try:
            message = str(json.loads(body)["message"])
        except (ValueError, KeyError, TypeError):
            message = body[:200].decode("utf-8", "replace") or str(error.reason)
        return ClusterRefusalError(action, self.namespace, int(error.status), message, body)


def _plural(kind: str) -> str:
    """Return what the path of a kind's objects is called."""
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def connected_cluster(namespace: str | None) -> Cluster:
    """Return the cluster that this runs in, or else that of the current context of kubectl.

    Args:
        namespace: None for that of the pod, or of the context.

    Raises:
        InputError: This is no pod, and there is no such context.
    """
    try:
        from kubernetes import client, config
        from kubernetes.config import ConfigException
    except ImportError as error:
        raise InputError(
            "a cluster is reached by the package kubernetes, which is not installed here: run this "
            "where it is, as in the image kfp-tabular-deployment"
        ) from error

    settings = client.Configuration()
    settings.retries = 3
    own = "default"
    try:
        config.load_incluster_config(client_configuration=settings)
        own = OWN_NAMESPACE.read_text("utf-8").strip()
    except ConfigException:
        try:
            config.load_kube_config(client_configuration=settings)
            _, context = config.list_kube_config_contexts()
        except ConfigException as error:
            raise InputError(
                f"no cluster is named: this is no pod, and kubectl has no context here ({error}). "
                "Name one in the file of KUBECONFIG, or deploy to this machine with mode local."
            ) from error
        own = context["context"].get("namespace", own)
    return Cluster(client.ApiClient(settings), namespace or own)
