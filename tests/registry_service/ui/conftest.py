"""What the tests of the pages look at."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
import urllib3

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller, upload

Element = tuple[str, dict[str, str | None]]


class Elements(HTMLParser):
    """Gathers the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that begins."""
        self.found.append((tag, dict(attrs)))


@dataclass(frozen=True)
class Seen:
    """A page as it came: status, headers, markup."""

    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def text(self) -> str:
        """What people read of it, on one line; WHEN for what depends on when they do."""
        timeless = re.sub(
            r"<time [^>]*>[^<]* ago</time>|<time [^>]*>just now</time>", "WHEN", self.html
        )
        words = re.sub(r"<[^>]*>", " ", re.sub(r"</?(bdi|q|code|span)\b[^>]*>", "", timeless))
        return " ".join(html.unescape(words).split())

    @property
    def elements(self) -> list[Element]:
        """Its elements as a browser takes them, each with its attributes."""
        parser = Elements()
        parser.feed(self.html)
        return parser.found

    @property
    def links(self) -> list[str]:
        """Where its links lead, relative to itself."""
        return [given["href"] or "" for tag, given in self.elements if tag == "a"]


class Browser:
    """Looks at pages of a registry as a browser without scripts does: it follows redirects."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __call__(self, path: str, **query: Any) -> Seen:
        """Look at `/ui/` and a path below it."""
        got = urllib3.request(
            *("GET", urljoin(self.url, f"/ui/{path}")), fields=query, headers=self._headers
        )
        return Seen(got.status, got.headers, got.data.decode())


@pytest.fixture
def look(registry_url: str) -> Browser:
    """Looks at the pages of the session's registry."""
    return Browser(registry_url)


@pytest.fixture
def churn(ours: Caller, unique: str) -> tuple[str, str]:
    """A model of three versions, of which 1 is the champion: its name, and the id of version 2."""
    version_ids = []
    for number in range(1, 4):
        file = {"path": "model/model.joblib", **upload(ours, f"{unique} {number}".encode())}
        data = [{"name": "rows", "digest": f"sha-{unique}", "role": "train"}]
        columns = [{"name": "age", "type": "integer", "nullable": True}]
        body = registration(
            unique,
            [file],
            metrics={"roc_auc": 0.8 + number / 100, "a_cost": 7.0},
            parameters={"learning_rate": 0.1 * number, "warm": True},
            datasets=data,
            schema={"target": "left", "features": columns},
            lineage={"run_id": "run-1", "git_commit": "abc", "parent": "1"},
        )
        body["version"]["properties"] |= {
            "task": "binary",
            "target": "left",
            "estimator": "linear",
            "metric": "roc_auc",
            "gate": "Surely better than a constant.",
            "gateway": "ours",
            "rows.train": 7988,
            "rows.test": 1997,
            "calibration": "sigmoid",
            **({"interval.roc_auc": "0.76 to 0.84"} if number == 1 else {}),
        }
        status, made = ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")
        assert status == 201, made
        version_ids.append(made["version"]["id"])
    for version in ("2", "1"):
        wish = {"version": version, "reason": f"because of {version}"}
        assert ours("PUT", f"/models/{unique}/aliases/champion", wish)[0] == 200
    approval = {"reason": "reviewed"}
    assert ours("POST", f"/models/{unique}/versions/2/approval", approval)[0] == 204
    return unique, version_ids[1]
