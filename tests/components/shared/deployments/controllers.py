"""What controllers and nodes of a cluster would do, done by the tests on a real API server.

For each Deployment, or InferenceService, that changes, a small server of this process answers as
its pods would, and the status says so, as far as what deploys reads it.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

from tests.api_server import ApiServer

PAUSE = 0.05


def own_address() -> str:
    """Return an address of this machine that is not the loopback, as endpoints need."""
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family.name == "AF_INET" and not each.address.startswith("127."):
                return str(each.address)
    raise AssertionError("this machine has the loopback address alone")


class _Answers(BaseHTTPRequestHandler):
    """Answers as a prediction server of one version does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._send({"parameters": {"digest": self.server.digest}})  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        predictions = [self.server.digest[:1]] * len(asked["rows"])  # type: ignore[attr-defined]
        self._send({"predictions": predictions, "probabilities": None})

    def _send(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library has it
        del format, args


@dataclass
class Controllers:
    """Makes what is applied true, until it is told that a version never gets ready.

    Attributes:
        server: The API server.
        namespace: Where it looks.
        broken: Digests that end at their start, and what they say then.
        canaries_ready: Whether KServe's canaries get ready.
    """

    server: ApiServer
    namespace: str
    broken: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _pods: dict[str, ThreadingHTTPServer] = field(default_factory=dict)

    def look(self) -> None:
        """Do once what is to be done."""
        apps = f"/apis/apps/v1/namespaces/{self.namespace}/deployments"
        for each in self.server.call("GET", apps)["items"]:
            if self._is_new(each):
                spec = each["spec"]["template"]
                self._roll_out(apps, each, spec["metadata"], spec["spec"]["containers"][0]["args"])
        kserve = f"/apis/serving.kserve.io/v1beta1/namespaces/{self.namespace}/inferenceservices"
        with suppress(Exception):
            for each in self.server.call("GET", kserve)["items"]:
                if self._is_new(each):
                    self._serve(kserve, each)

    def stop(self) -> None:
        """Stop all servers."""
        for pod in self._pods.values():
            pod.shutdown()
            pod.server_close()

    def _is_new(self, found: Mapping[str, Any]) -> bool:
        key, generation = found["metadata"]["uid"], found["metadata"]["generation"]
        if self._seen.get(key) == generation:
            return False
        self._seen[key] = generation
        return True

    def _roll_out(
        self, path: str, found: Mapping[str, Any], pod: Mapping[str, Any], arguments: list[str]
    ) -> None:
        name, wanted = found["metadata"]["name"], found["spec"].get("replicas", 1)
        digest = arguments[arguments.index("--digest") + 1]
        observed = {"observedGeneration": found["metadata"]["generation"]}
        if said := self.broken.get(digest):
            self._pod(name, pod, {"restartCount": 3, "state": {"waiting": {"reason": said}}})
            status = {"replicas": wanted + 1, "updatedReplicas": 1}
        else:
            self._answer(name, digest)
            status = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), wanted)
            status["readyReplicas"] = wanted
        self._set_status(f"{path}/{name}", {**observed, **status})

    def _serve(self, path: str, found: Mapping[str, Any]) -> None:
        name, spec = found["metadata"]["name"], found["spec"]
        arguments = spec["predictor"]["model"]["args"]
        digest = arguments[arguments.index("--digest") + 1]
        status: dict[str, Any] = {"observedGeneration": found["metadata"]["generation"]}
        if said := self.broken.get(digest):
            status["conditions"] = [{"type": "Ready", "status": "False", "message": said}]
            status["modelStatus"] = {
                "transitionStatus": "BlockedByFailedLoad",
                "lastFailureInfo": {"message": said},
            }
        else:
            self._service(f"{name}-predictor")
            self._answer(f"{name}-predictor", digest)
            ready = ["Ready", *(["CanaryReady"] if "canary" in spec else [])]
            status["conditions"] = [{"type": each, "status": "True"} for each in ready]
            status["modelStatus"] = {"transitionStatus": "UpToDate"}
        self._set_status(f"{path}/{name}", status)

    def _answer(self, name: str, digest: str) -> None:
        """Start what answers for the pods of a Service, and send the Service's requests there."""
        if name in self._pods:
            self._pods[name].digest = digest  # type: ignore[attr-defined]
            return
        pod = ThreadingHTTPServer(("0.0.0.0", 0), _Answers)  # noqa: S104 - endpoints need it
        pod.digest = digest  # type: ignore[attr-defined]
        threading.Thread(target=pod.serve_forever, daemon=True).start()
        self._pods[name] = pod
        # An API server sends requests to addresses of pods alone.
        self._pod(name, {"labels": {}}, {"ready": True}, own_address())
        target = {"kind": "Pod", "namespace": self.namespace, "name": f"{name}-pod"}
        subset = {
            "addresses": [{"ip": own_address(), "targetRef": target}],
            "ports": [{"name": "http", "port": pod.server_port}],
        }
        endpoints = {"metadata": {"name": name}, "subsets": [subset]}
        self.server.call("POST", f"/api/v1/namespaces/{self.namespace}/endpoints", endpoints)

    def _service(self, name: str) -> None:
        """Make the Service that KServe makes."""
        spec = {"ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
        with suppress(Exception):
            self.server.call(
                "POST",
                f"/api/v1/namespaces/{self.namespace}/services",
                {"metadata": {"name": name}, "spec": spec},
            )

    def _pod(
        self, name: str, pod: Mapping[str, Any], container: Mapping[str, Any], address: str = ""
    ) -> None:
        path, own_name = f"/api/v1/namespaces/{self.namespace}/pods", f"{name}-pod"
        if not address:
            own_name = f"{name}-broken"
        body = {
            "metadata": {"name": own_name, "labels": pod["labels"]},
            "spec": {"containers": [{"name": "predictor", "image": "none"}]},
        }
        with suppress(Exception):
            self.server.call("POST", path, body)
        about = {"name": "predictor", "image": "none", "imageID": "", "ready": False}
        addresses = {"podIP": address, "podIPs": [{"ip": address}]} if address else {}
        status = {"containerStatuses": [{**about, "restartCount": 0, **container}], **addresses}
        self._set_status(f"{path}/{own_name}", status)

    def _set_status(self, path: str, status: Mapping[str, Any]) -> None:
        self.server.call("PATCH", f"{path}/status", {"status": status}, "merge")


@contextmanager
def controlling(server: ApiServer, namespace: str) -> Iterator[Controllers]:
    """Make true what is applied in a namespace, until the block ends."""
    controllers, ended = Controllers(server, namespace), threading.Event()

    def work() -> None:
        while not ended.is_set():
            try:
                controllers.look()
            except Exception as error:
                controllers.failures.append(str(error))
            time.sleep(PAUSE)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield controllers
    finally:
        ended.set()
        thread.join()
        controllers.stop()
