"""What a web page elsewhere makes a browser send changes nothing, and reads nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.registry_service.running import KUBEFLOW, OURS, Caller, start_registry

CHANGING = ("post", "put", "patch", "delete")
# What a browser sends to any site without asking it first.
SIMPLE = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "")
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.org"},
)


@pytest.fixture(name="changes", scope="session")
def changing_operations(registry_url: str) -> list[tuple[str, str]]:
    """Method and path of all that changes something, as the service describes itself."""
    _, described = Caller(registry_url)("GET", "/openapi.json")
    found = [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, operations in described["paths"].items()
        for method in operations
        if method in CHANGING
    ]
    assert len(found) > 40
    return found


def send(url: str, method: str, path: str, **headers: str) -> int:
    """Send an empty JSON object, as JSON unless a header says otherwise; return the status."""
    return Caller(url, headers=headers)(method, path, b"{}")[0]


@pytest.mark.parametrize("content_type", SIMPLE)
def test_what_a_form_can_send_is_refused(
    registry_url: str, changes: list[tuple[str, str]], content_type: str
) -> None:
    """Every change needs a content type that no browser sends to another site unasked."""
    named = {"Content-Type": content_type}
    answers = {
        (method, path): send(registry_url, method, path, **named)
        for method, path in changes
        if method != "DELETE"
    }
    assert set(answers.values()) == {415}, answers


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_page_of_another_site_changes_nothing(
    registry_url: str, changes: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    """Whatever it sends, also JSON and bytes."""
    answers = {
        (method, path): send(
            registry_url,
            method,
            path,
            **headers,
            **({"Content-Type": "application/octet-stream"} if "/blobs/" in path else {}),
        )
        for method, path in changes
    }
    assert set(answers.values()) == {403}, answers


def test_own_pages_and_programs_change_what_they_may(registry_url: str, unique: str) -> None:
    """A request without an origin, or from this one, is no page of another site."""
    own = {"Origin": registry_url}
    behind_a_gateway = {"Sec-Fetch-Site": "same-origin", "Origin": "https://gateway.example"}
    for number, headers in enumerate(({}, own, behind_a_gateway, {"Sec-Fetch-Site": "none"})):
        caller = Caller(registry_url, KUBEFLOW, headers)
        assert caller("POST", "/registered_models", {"name": f"{unique}-{number}"})[0] == 201


def test_bytes_come_as_bytes_to_their_own_path_only(registry_url: str, unique: str) -> None:
    """Elsewhere an octet stream is as little JSON as a text is, and there JSON is no bytes."""
    octets = {"Content-Type": "application/octet-stream"}
    body = {"name": unique}
    caller = Caller(registry_url, KUBEFLOW, octets)
    assert caller("POST", "/registered_models", body)[0] == 415
    assert Caller(registry_url, OURS)("PUT", f"/blobs/{'0' * 64}", b"{}")[0] == 415


@pytest.mark.parametrize("path", ["/ui/", OURS + "/models", KUBEFLOW + "/registered_models"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
def test_a_name_that_leads_here_from_elsewhere_is_not_served(
    registry_url: str, path: str, host: str
) -> None:
    """Without an access file, a page whose host name was rebound to this machine reads nothing."""
    assert send(registry_url, "GET", path, Host=host) == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:80", "127.1.2.3"]
)
def test_loopback_names_are_served(registry_url: str, host: str) -> None:
    """Whatever the port: a tunnel may end at another one."""
    assert send(registry_url, "GET", "/readyz", Host=host) == 200


@pytest.fixture
def known(tmp_path: Path) -> Iterator[str]:
    """The URL of a registry that has a name."""
    running = start_registry(tmp_path, REGISTRY_HOSTS="registry.example.org, other")
    yield running.url
    running.stop()


def test_more_names_can_be_set(known: str) -> None:
    """Those in REGISTRY_HOSTS are served, and no others."""
    hosts: dict[str, Any] = {
        host: send(known, "GET", "/ui/", Host=host)
        for host in ("registry.example.org:8080", "Other", "127.0.0.1", "evil.example")
    }
    assert hosts == {
        "registry.example.org:8080": 200,
        "Other": 200,
        "127.0.0.1": 200,
        "evil.example": 421,
    }


def test_no_browser_is_told_that_it_may(registry_url: str) -> None:
    """The question that a browser asks before it sends JSON elsewhere gets no consent."""
    asked = urllib3.request(
        "OPTIONS",
        registry_url + OURS + "/register",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert not [name for name in asked.headers if name.lower().startswith("access-control")]
