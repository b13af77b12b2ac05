"""Pages are harmless, whatever was registered."""

import re

import pytest
import urllib3

from registry_service.ui.rendering import MEDIA_TYPES
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller, upload
from tests.registry_service.ui.conftest import Browser, Seen

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202e{{ 7 * 7 }} javascript:"
)
# What a name can have of it: nothing that nobody sees.
NAME = HOSTILE.replace("\u202e", "")
KNOWN_TAGS = {
    *("html", "head", "meta", "title", "link", "body", "header", "nav", "main", "section", "div"),
    *("h1", "h2", "p", "ul", "li", "a", "bdi", "q", "span", "time", "code", "pre", "figure"),
    *("figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("form", "label", "input", "button", "select", "option", "details", "summary"),
    *("svg", "line", "circle", "text"),
}


def is_harmless(seen: Seen) -> bool:
    """Tell whether a page has only elements of ours, and none of them acts or leads elsewhere."""
    return all(
        tag in KNOWN_TAGS
        and not any(name.startswith("on") or name in ("style", "srcset") for name in given)
        and all(
            re.match(r"[.\w/-]*([?#]|$)", given.get(name) or "")
            for name in ("href", "src", "action")
        )
        for tag, given in seen.elements
    )


PLACES = (
    *("", "models/", "versions/", "assets/", "models/1?page=", "?q=", "?page=", "data?digest="),
    *("compare?version=", "compare?version=1&version=", "find?model=", "find?model=a&version="),
    *("audit?model=", "audit?actor=", "audit?action=", "audit?before="),
)
# Ids of 64 bits and longer, other alphabets' digits, NUL, half a character, patterns of SQL, a
# position in a list that has no such number.
JUNK = (
    *("", "0", "-1", "9223372036854775807", "9223372036854775808", "9" * 40, "1e5", "%D9%A3"),
    *("%00", "%FF%FE", "%ED%A0%80", "%F0%9F%8E%89", "%25", "%5C", "'", "%22%3E", "..%2F..", "[]"),
    *("latest", "a" * 300, "a" * 20_000, "WyJJRCIsdHJ1ZSw5OTk5OTk5OTk5OTk5OTk5OTk5OSwxXQ=="),
)


@pytest.fixture(name="hostile")
def hostile_model(ours: Caller, kubeflow: Caller, unique: str) -> list[str]:
    """The paths of all pages that show a model whose every text is an attack."""
    name = f"{NAME}{unique}"
    _, model = kubeflow(
        "POST", "/registered_models", {"name": name, "description": HOSTILE, "owner": HOSTILE}
    )
    ids = []
    for number in range(2):
        made = {"name": f"{NAME}{number}", "registeredModelId": model["id"], "author": HOSTILE}
        made["description"] = HOSTILE
        text = {"metadataType": "MetadataStringValue", "string_value": HOSTILE}
        made["customProperties"] = {NAME: text}
        status, version = kubeflow("POST", "/model_versions", made)
        assert status == 201, version
        ids.append(version["id"])
        for kind, value in (("metric", 0.5), ("parameter", HOSTILE)):
            artifact = {"artifactType": kind, "name": NAME, "value": value}
            assert kubeflow("POST", f"/model_versions/{ids[-1]}/artifacts", artifact)[0] == 201
    return [
        *(f"models/{model['id']}", *(f"versions/{each}" for each in ids)),
        f"compare?version={ids[0]}&version={ids[1]}&everything=1",
    ]


def test_hostile_texts_are_shown_and_do_nothing(look: Browser, hostile: list[str]) -> None:
    """Markup in names, owners, properties and metrics is text, and so are template braces."""
    for path in hostile:
        seen = look(path)
        assert seen.status == 200, path
        assert NAME in seen.text.replace("\u202e", ""), path
        assert is_harmless(seen), path
        assert "49 javascript" not in seen.text


def test_hostile_queries_are_shown_and_do_nothing(look: Browser) -> None:
    """What someone else put into a link is text too."""
    for seen in (
        look("", q=HOSTILE),
        look("data", digest=HOSTILE),
        look("audit", model=HOSTILE, actor=HOSTILE, action=HOSTILE),
        look("find", model=HOSTILE),
        look("", page=HOSTILE),
    ):
        assert is_harmless(seen)


def test_a_registration_full_of_markup_is_shown_as_text(ours: Caller, unique: str) -> None:
    """Files, data, lineage, columns and reasons are escaped too."""
    text = NAME.replace("/", "")
    # Of all that is markup, the names of files may have these alone.
    file = "&lt;img src=x&gt;' onerror='x"
    body = registration(
        unique,
        [{"path": file, **upload(ours, unique.encode())}],
        datasets=[{"name": text, "digest": text, "role": text, "uri": f"javascript:{text}"}],
        lineage={"run_id": text, text: text, "parent": text},
        schema={"features": [{"name": text, "type": text}], "target": text},
    )
    status, made = ours("POST", "/register", body, Idempotency_Key=unique)
    assert status == 201, made
    move = {"version": "1", "reason": text}
    assert ours("PUT", f"/models/{unique}/aliases/champion", move)[0] == 200
    look = Browser(ours.url)
    for path in ("find", "audit"):
        seen = look(path, model=unique, **({"version": "1"} if path == "find" else {}))
        assert text in seen.text
        assert (file in seen.text) == (path == "find")
        assert is_harmless(seen)


def test_no_address_breaks_a_page(registry_url: str) -> None:
    """Whatever stands in a path or a query, the answer is a page, and no fault of the registry."""
    for place in PLACES:
        for junk in JUNK:
            url = f"{registry_url}/ui/{place}{junk}"
            answer = urllib3.request("GET", url, redirect=False)
            assert answer.status in (200, 307, 400, 404, 414), url


def test_no_page_may_run_a_script_or_be_framed_elsewhere(look: Browser) -> None:
    """Pages, errors and assets alike carry the policy."""
    for path in ("", "audit", "nothing", *(f"assets/{name}" for name in MEDIA_TYPES)):
        headers = look(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert "script-src" not in policy
        assert policy["frame-ancestors"] == "'self'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_pages_only_read(registry_url: str) -> None:
    """No page takes anything but GET, and no form sends anything else."""
    for path in ("", "models/1", "versions/1", "compare", "audit"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = urllib3.request(method, f"{registry_url}/ui/{path}", json={})
            assert answer.status == 405
    assert 'method="get"' in Browser(registry_url)("").html
