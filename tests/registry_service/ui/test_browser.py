"""The pages in a real Chromium."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.chromium import running_chromium
from tests.registry_service.api.test_registration import registration
from tests.registry_service.conftest import in_a_folder
from tests.registry_service.running import Caller, upload
from tests.registry_service.ui.test_runs import logged_runs

WIDE, NARROW = 1280, 420
PREFIX = "/kfp-tabular"
DASHBOARD = """<!doctype html><title>Kubeflow</title><link rel="icon" href="data:,">
<iframe title="Page" src="{}/ui/" width="1200" height="700"></iframe>"""

pytestmark = in_a_folder


@dataclass
class Window:
    """A page of a browser, and what its console said."""

    page: Page
    console: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))


@pytest.fixture(name="chromium", scope="module")
def the_chromium() -> Iterator[Browser]:
    """The Chromium of this system."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    """A window of its own for a test; nothing may be said on its console."""
    with chromium.new_context(viewport={"width": WIDE, "height": 800}) as context:
        opened = Window(context.new_page())
        yield opened
        assert opened.console == []


@pytest.fixture
def gateway_url(registry_url: str) -> Iterator[str]:
    """A gateway: it has a dashboard, and the registry under a prefix, which it takes off."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if path == "/":
                self.answer(200, {"Content-Type": "text/html"}, DASHBOARD.format(query or PREFIX))
                return
            url = registry_url + self.path.removeprefix(PREFIX)
            got = urllib3.request("GET", url, redirect=False)
            self.answer(got.status, got.headers, got.data)

        def answer(self, status: int, headers: Mapping[str, str], body: str | bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("date", "content-length"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode() if isinstance(body, str) else body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_people_click_from_models_to_a_comparison(
    window: Window, registry_url: str, churn: tuple[str, str], tmp_path: Path
) -> None:
    """Search, model, version, a file's bytes, two versions side by side: without an error."""
    name, _ = churn
    page = window.page
    page.goto(f"{registry_url}/ui")
    page.get_by_label("Name contains").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name).click()
    page.get_by_role("row").get_by_role("link", name="2", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name} version 2")
    with page.expect_download() as download:
        page.get_by_role("link", name="model/model.joblib").click()
    download.value.save_as(tmp_path / "file")
    assert download.value.suggested_filename == "model.joblib"
    assert (tmp_path / "file").read_text() == f"{name} 2"
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name=name).click()
    for number in (1, 3):
        page.get_by_label(f"Compare version {number}").check()
    page.get_by_role("button", name="Compare the chosen versions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 versions side by side")
    row = page.get_by_role("row").filter(
        has=page.get_by_role("rowheader", name="roc_auc", exact=True)
    )
    expect(row.get_by_role("cell")).to_have_text(
        ["0.8300", "0.8100 (0.7600 to 0.8400)", "−0.02000"]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_keep_nobody_out(
    chromium: Browser, registry_url: str, churn: tuple[str, str], scheme: str, width: int
) -> None:
    """axe-core finds no fault, in either colour scheme; only tables scroll to the side."""
    name, version = churn
    run, other = logged_runs(registry_url, f"{name}-{scheme}-{width}")
    # axe is a script, which the policy of the pages forbids.
    with chromium.new_context(
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
    ) as context:
        page = context.new_page()
        for path in (
            *("", f"?q={name}", f"find?model={name}", f"versions/{version}", "audit", "nothing"),
            f"compare?version={version}&version={int(version) - 1}&everything=1",
            *(
                f"data?digest=sha-{name}",
                "runs",
                f"runs/{run}",
                f"runs/compare?run={run}&run={other}",
            ),
        ):
            page.goto(f"{registry_url}/ui/{path}")
            found = Axe().run(page).response
            assert found["passes"]
            assert [(path, each["id"], each["nodes"]) for each in found["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_models_fit_a_telephone(
    window: Window, registry_url: str, churn: tuple[str, str]
) -> None:
    """No table scrolls to the side at 390 pixels, and each figure has its name beside it."""
    page, (name, _) = window.page, churn
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{registry_url}/ui/?q={name}")
    panel = page.locator(".panel")
    assert panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0
    named = "cell => getComputedStyle(cell, '::before').content"
    assert page.locator("td").first.evaluate(named) == '"Latest version"'


def test_the_dashboard_shows_the_pages_in_its_frame(
    window: Window, gateway_url: str, churn: tuple[str, str]
) -> None:
    """Behind a gateway that takes a prefix off, in a frame of its origin, all links hold."""
    name, _ = churn
    window.page.goto(gateway_url)
    frame = window.page.frame_locator("iframe")
    frame.get_by_label("Name contains").fill(name)
    frame.get_by_role("button", name="Search").click()
    frame.get_by_role("link", name=name).click()
    frame.get_by_role("link", name="all changes in the audit log").click()
    frame.get_by_role("link", name="champion").first.click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text(f"{name} version 1")


def test_a_page_of_another_origin_cannot_frame_them(
    chromium: Browser, gateway_url: str, registry_url: str
) -> None:
    """Chromium takes the answer, sees the policy, and does not show it."""
    with chromium.new_context() as context:
        page = context.new_page()
        with page.expect_event("requestfailed") as failed:
            page.goto(f"{gateway_url}?{registry_url}")
        assert failed.value.url == f"{registry_url}/ui/"
        assert failed.value.failure == "net::ERR_BLOCKED_BY_RESPONSE"


def test_a_report_that_somebody_registered_runs_nothing(
    chromium: Browser, registry_url: str, ours: Caller, unique: str
) -> None:
    """Its script and its picture from elsewhere stay still; its own styles are applied."""
    attack = (
        "<style>h1 { color: rgb(1, 2, 3) }</style><h1>Report</h1>"
        f"<script>document.title = 'stolen'</script><img src='{registry_url}/ui/assets/icon.svg'>"
    )
    report = {"path": "report.html", **upload(ours, attack.encode())}
    body = registration(unique, [], evidence=[report], aliases=[])
    made = ours("POST", "/register", body, Idempotency_Key=unique)[1]
    with chromium.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("requestfinished", lambda request: asked.append(request.url))
        address = f"{registry_url}/ui/versions/{made['version']['id']}/evidence/report.html"
        page.goto(address)
        expect(page.get_by_role("heading")).to_have_css("color", "rgb(1, 2, 3)")
        assert page.title() == ""
        assert asked == [address]
