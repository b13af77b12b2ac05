"""Files about a version in a browser: whoever registered them is not trusted."""

import pytest
import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller, upload
from tests.registry_service.ui.conftest import Browser

HOSTILE = b"<script>document.title = 'stolen'</script><img src=x onerror=alert(1)><h1>Report</h1>"


@pytest.fixture(name="version")
def version_with_a_hostile_report(ours: Caller, unique: str) -> str:
    """The id of a version whose evidence is an attack."""
    files = {
        "report.html": HOSTILE,
        "figures.json": b"{}",
        "card.md": b"# Card",
        "x.svg": b"<svg/>",
    }
    evidence = [{"path": path, **upload(ours, content)} for path, content in files.items()]
    body = registration(unique, [], evidence=evidence, aliases=[])
    status, made = ours("POST", "/register", body, Idempotency_Key=unique)
    assert status == 201, made
    version: str = made["version"]["id"]
    return version


def test_a_version_leads_to_its_evidence(look: Browser, version: str) -> None:
    """The page lists each file, and its link shows it."""
    seen = look(f"versions/{version}")
    links = [link.removeprefix("../") for link in seen.links if "/evidence/" in link]
    assert [link.rpartition("/")[2] for link in links] == [
        *("card.md", "figures.json", "report.html", "x.svg")
    ]
    assert look(links[2]).html == HOSTILE.decode()


@pytest.mark.parametrize(
    ("file", "media_type", "is_saved"),
    [
        ("report.html", "text/html; charset=utf-8", False),
        ("figures.json", "text/plain; charset=utf-8", False),
        ("card.md", "text/plain; charset=utf-8", False),
        ("x.svg", "application/octet-stream", True),
    ],
)
def test_evidence_is_shown_in_a_sandbox_or_saved(
    look: Browser, version: str, file: str, media_type: str, is_saved: bool
) -> None:
    """It has no origin, no script and no form; what a browser might run is offered to be saved."""
    headers = look(f"versions/{version}/evidence/{file}").headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == media_type
    assert headers.get("Content-Disposition") == ("attachment" if is_saved else None)


def test_what_is_not_there_is_told_as_a_page(look: Browser, version: str) -> None:
    """A path that the version has not, or a version that is not there."""
    for path in (f"versions/{version}/evidence/no.html", "versions/987654321/evidence/card.md"):
        seen = look(path)
        assert (seen.status, "Show all models" in seen.text) == (404, True)


def test_evidence_is_named_by_the_version_alone(
    look: Browser, ours: Caller, version: str, unique: str
) -> None:
    """No path leads to another version's evidence, nor to the files of the model."""
    file = {"path": "model.joblib", **upload(ours, unique.encode())}
    body = registration(f"{unique}-2", [file], aliases=[])
    made = ours("POST", "/register", body, Idempotency_Key=f"{unique}-2")[1]
    other = made["version"]["id"]
    for path in ("model.joblib", "report.html", f"../../{version}/evidence/report.html", "%2e%2e"):
        address = f"{look.url}/ui/versions/{other}/evidence/{path}"
        assert urllib3.request("GET", address.replace("../", "%2e%2e/")).status == 404
