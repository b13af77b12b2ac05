"""What each page shows, and where it leads, over HTTP."""

import re
import time
from getpass import getuser
from urllib.parse import urljoin

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from components.shared.registry.client import RegistryClient
from registry_service.ui.routes import AUDIT_SIZE, PAGE_SIZE
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import KUBEFLOW, Caller
from tests.registry_service.ui.conftest import Browser

Churn = tuple[str, str]


def test_models_are_listed_with_their_newest_version_and_aliases(
    look: Browser, churn: Churn
) -> None:
    """Its target, task, estimator and the gate's metric, aliases and owner stand in one row."""
    name, _ = churn
    seen = look("", q=name)
    assert seen.status == 200
    assert f"{name} who leaves 3 left binary linear calibrated: sigmoid 0.8300 roc_auc" in seen.text
    assert "challenger 3 champion 1 team WHEN" in seen.text


def test_models_are_found_by_a_part_of_their_name(look: Browser, churn: Churn) -> None:
    """Capitals do not matter, and signs that SQL takes for wildcards are only signs."""
    name, _ = churn
    assert f">{name}<" in look("", q=name[6:].upper()).html
    assert f">{name}<" not in look("", q=name.replace("-", "_")).html
    assert "Show all models" in look("", q=f"{name}%").text


def test_models_are_paged_newest_first(look: Browser, kubeflow: Caller, unique: str) -> None:
    """The pages follow each other by their links, and show every model once."""
    names = [f"{unique}-{number:02}" for number in range(PAGE_SIZE + 2)]
    for name in names:
        assert kubeflow("POST", "/registered_models", {"name": name})[0] == 201
    first = look("", q=unique)
    (following,) = (link for link in first.links if "page=" in link)
    second = look(following)
    found = [re.findall(rf"<bdi>({unique}-\d\d)</bdi>", seen.html) for seen in (first, second)]
    assert found == [names[::-1][:PAGE_SIZE], names[::-1][PAGE_SIZE:]]
    assert "First page" in second.text
    assert "Next page" not in second.text


def test_a_model_shows_who_set_its_aliases_and_why(look: Browser, churn: Churn) -> None:
    """Each alias has its version, where it was before, who moved it and for what reason."""
    name, _ = churn
    seen = look("find", model=name)
    assert f"champion 1 from version 2 by {getuser()}, WHEN: because of 1" in seen.text
    assert f"kfp-tabular registry show {name}@champion" in seen.text


def test_a_model_shows_its_versions_with_their_metrics(look: Browser, churn: Churn) -> None:
    """The metrics that people know come first; state and approval stand beside them."""
    name, _ = churn
    seen = look("find", model=name)
    assert "roc_auc a_cost State Approved Registered" in seen.text
    assert f"2 0.8200 7 live by {getuser()}, WHEN" in seen.text
    assert "3 challenger 0.8300 7 live no" in seen.text


def test_a_model_draws_the_metric_of_its_gate_over_its_versions(
    look: Browser, ours: Caller, churn: Churn
) -> None:
    """Each version has its dot, interval and row of figures; the champion is marked."""
    name, _ = churn
    seen = look("find", model=name)
    circles = [given for tag, given in seen.elements if tag == "circle"]
    assert [given["class"] for given in circles] == ["dot good", "dot ", "dot "]
    assert "roc_auc over the versions" in seen.text
    assert "1 champion 0.8100 0.7600 to 0.8400 2 0.8200" in seen.text
    body = registration(f"{name}-alone", [], metrics={"roc_auc": 0.5})
    assert ours("POST", "/register", body, Idempotency_Key=f"{name}-alone")[0] == 201
    assert "<svg" not in look("find", model=f"{name}-alone").html


def test_versions_of_different_test_rows_are_told_so(
    look: Browser, ours: Caller, unique: str
) -> None:
    """Their metrics may differ by the rows alone."""
    ids = []
    for number in "12":
        data = [{"name": "test", "role": "test", "digest": number * 64}]
        body = registration(unique, [], metrics={"roc_auc": 0.5}, datasets=data)
        status, made = ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")
        assert status == 201, made
        ids.append(made["version"]["id"])
    assert "tested on different rows" in look(f"compare?version={ids[0]}&version={ids[1]}").text


def test_metrics_of_a_version_stand_with_their_intervals(look: Browser, churn: Churn) -> None:
    """First the metric of the gate; the interval is not told again among the properties."""
    name, _ = churn
    seen = look("find", model=name, version="1")
    assert "roc_auc by which the gate decided 0.8100 0.7600 to 0.8400 a_cost 7" in seen.text
    assert "interval.roc_auc" not in seen.text


def test_a_version_shows_all_that_is_known_of_it(
    look: Browser, kubeflow: Caller, churn: Churn
) -> None:
    """Metrics, parameters, lineage, data, deployments, columns, approval and history."""
    name, version_id = churn
    _, model = kubeflow("GET", f"/registered_model?name={name}")
    _, place = kubeflow("POST", "/serving_environments", {"name": f"{name}-env"})
    service = {"name": "live", "registeredModelId": model["id"], "modelVersionId": version_id}
    service["servingEnvironmentId"] = place["id"]
    assert kubeflow("POST", "/inference_services", service)[0] == 201
    change = {"description": "the second"}
    assert kubeflow("PATCH", f"/model_versions/{version_id}", change)[0] == 200
    text = look(f"versions/{version_id}").text
    for part in (
        f"{name} version 2",
        "the second",
        f"Registered WHEN by {getuser()}, who gave as its author ada",
        f"Approved by {getuser()}, WHEN: reviewed",
        "roc_auc by which the gate decided 0.8200",
        "Why it passed the gate Surely better than a constant.",
        "gateway ours",
        "learning_rate 0.2",
        "Run run-1",
        "Code commit abc",
        "Parent version 1",
        f"train rows 7,988 sha-{name}",
        "rows.test 1997",
        f"live {name}-env deployed",
        "What the model reads to predict left Column Type May be missing age integer yes",
        f"kfp-tabular registry download {name}@2 model/",
        f"{getuser()} model_version.update description – → ",
        f"{getuser()} version.approve digest ",
        f" reviewed WHEN {getuser()} version.register number 2, digest",
    ):
        assert part in text


def test_the_files_of_a_version_can_be_fetched(look: Browser, churn: Churn) -> None:
    """A file's link leads to its bytes through the API, under the file's own name."""
    name, version_id = churn
    seen = look(f"versions/{version_id}")
    (link,) = (link for link in seen.links if "/blobs/" in link)
    page = f"{look.url}/ui/versions/{version_id}"
    assert urllib3.request("GET", urljoin(page, link)).data == f"{name} 2".encode()
    assert 'download="model.joblib"' in seen.html
    assert link.rpartition("/")[2] in seen.text


def test_a_version_leads_to_a_comparison_with_the_champion(look: Browser, churn: Churn) -> None:
    """The champion stands first, and what differs stands side by side."""
    _, version_id = churn
    seen = look(f"versions/{version_id}")
    _, link = (link for link in seen.links if link.startswith("../compare?"))
    compared = look(link.removeprefix("../"))
    assert compared.status == 200
    assert "version 1 champion WHEN version 2 WHEN Difference" in compared.text
    assert "roc_auc 0.8100 (0.7600 to 0.8400) 0.8200 +0.01000" in compared.text
    assert "tested on different rows" not in compared.text
    assert "learning_rate 0.1 0.2" in compared.text
    assert "Columns 1 the same, none differ" in compared.text
    assert "warm" not in compared.text
    (everything,) = (each for each in compared.links if "everything" in each)
    assert "warm true true" in look(everything).text


def test_a_comparison_wants_two_versions(look: Browser, churn: Churn) -> None:
    """One chosen version is not enough, which is said as a page."""
    seen = look("compare", version=churn[1])
    assert seen.status == 400
    assert "choose 2 to 20 versions to compare" in seen.text


def test_data_leads_to_all_versions_made_from_them(look: Browser, churn: Churn) -> None:
    """The link on a digest shows every version that names it."""
    name, version_id = churn
    (link,) = (link for link in look(f"versions/{version_id}").links if "data?" in link)
    text = look(link.removeprefix("../")).text
    for number in "123":
        assert f"{name} {number} train" in text


def test_what_was_made_from_data_is_read_page_by_page(
    look: Browser, ours: Caller, unique: str
) -> None:
    """The newest first; the link to the next page shows what the first had no room for."""
    data = [{"name": "rows", "digest": unique, "role": "train"}]
    body = registration(unique, [], datasets=data, aliases=[])
    for number in range(PAGE_SIZE + 1):
        assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")[0] == 201
    first = look("data", digest=unique)
    (following,) = (link for link in first.links if "page=" in link)
    counts = [each.text.count(f"{unique} ") for each in (first, look(following))]
    assert counts[0] - counts[1] == PAGE_SIZE - 1
    assert f"{unique} 1 train" in look(following).text


def test_the_audit_log_is_read_page_by_page(look: Browser, ours: Caller, churn: Churn) -> None:
    """It can be narrowed, and its pages follow each other by their links."""
    name, _ = churn
    for _ in range(AUDIT_SIZE):
        assert ours("PUT", f"/models/{name}/aliases/x", {"version": "1"})[0] == 200
    first = look("audit", model=name)
    assert first.text.count("alias.set ") == AUDIT_SIZE + 1  # one is to choose from
    (following,) = (link for link in first.links if "before=" in link)
    assert f"{name} champion 2 → 1 because of 1" in look(following).text
    registered = look("audit", model=name, action="version.register", actor=getuser())
    assert registered.text.count("number ") == 3


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("nothing", 404, "Show all models"),
        ("models/0", 404, "Show all models"),
        ("models/churn", 400, "is not a number"),
        ("versions/999999999", 404, "no model version found"),
        ("find?model=no-such-model", 404, "there is no model"),
        ("find", 400, "name a model"),
        ("?page=x", 400, "is not one of ours"),
        ("assets/../routes.py", 404, "Show all models"),
    ],
)
def test_what_cannot_be_shown_is_told_as_a_page(
    look: Browser, path: str, status: int, said: str
) -> None:
    """A wrong address ends in the same look, with what to do."""
    seen = look(path)
    assert (seen.status, seen.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert said in seen.text
    assert "Audit log" in seen.text


def test_the_bare_address_leads_a_browser_to_the_pages(registry_url: str) -> None:
    """Who asks for a page at the bare address is led to them, relative to it."""
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = urllib3.request("GET", registry_url + "/", headers=headers, redirect=False)
    assert (answer.status, answer.headers["Location"]) == (307, "ui/")


def test_the_bare_address_answers_404_and_names_the_pages(registry_url: str) -> None:
    """Clients probe it, people read it."""
    answer = urllib3.request("GET", registry_url + "/")
    assert answer.status == 404
    assert "/ui/" in answer.json()["message"]


def test_pages_work_behind_a_prefix(look: Browser, churn: Churn) -> None:
    """No page names an absolute address, so that a gateway may put any prefix before them."""
    _, version_id = churn
    for path in ("", f"versions/{version_id}", "audit", "no/such/page"):
        html = look(path).html
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', html)
        assert addresses
        assert not [each for each in addresses if each.startswith("/") or "://" in each]
    moved = urllib3.request("GET", f"{look.url}/ui", redirect=False)
    assert moved.headers["Location"] == "ui/"


def test_a_version_made_by_the_kubeflow_api_has_a_page(
    look: Browser, registry_url: str, unique: str
) -> None:
    """Without files, lineage or schema it says so, whatever its model is called."""
    kubeflow = Caller(registry_url, KUBEFLOW)
    _, model = kubeflow("POST", "/registered_models", {"name": f"{unique}/a"})
    body = {"name": "one", "registeredModelId": model["id"]}
    _, made = kubeflow("POST", "/model_versions", body)
    text = look(f"versions/{made['id']}").text
    assert "Nothing was registered about that." in text
    assert "This version has none." in text
    # Our own API and the commands take no such name.
    assert "kfp-tabular registry" not in text


def test_a_version_shows_how_it_is_watched(look: Browser, registry_url: str, churn: Churn) -> None:
    """Each check has its outcome and figures, and leads to its run; runs of training are none."""
    name, version_id = churn
    assert (
        f"run monitoring --model {name}@2 --source new.csv" in look(f"versions/{version_id}").text
    )
    with RegistryClient(registry_url) as client:
        made = client.begin_run("training", f"made {name}")
        made.log_metrics({"roc_auc": 0.8})
        made.end("FINISHED", outcome="trained anew", version=f"{name}@2")
        for number, score in enumerate((0.25, 1.0)):
            check = client.begin_run("monitoring", f"{name} {number}")
            check.log_metrics({"rows": 300, "drift_score": score, "roc_auc": 0.7 - number / 10})
            check.end("FINISHED", outcome=f"check {number}", version=f"{name}@2")
        for number in range(60):
            predicted = client.begin_run("batch_prediction", f"{name} {number}")
            predicted.end("FINISHED", outcome="predicted", version=f"{name}@2")
    seen = look(f"versions/{version_id}")
    assert "When Outcome Rows Drift score roc_auc" in seen.text
    assert "WHEN check 1 300 1.000 0.6000 WHEN check 0 300 0.2500 0.7000" in seen.text
    assert f"../runs/{check.id}" in seen.links
    drawn = re.findall(r"<figcaption>(.*?)</figcaption>", seen.html)
    assert drawn[:2] == ["Drift score over the checks", "roc_auc over the checks"]
    assert "trained anew" not in seen.text
    figures = urllib3.request("GET", f"{registry_url}/metrics/models").data.decode()
    told = {
        (sample.name, sample.labels.get("metric")): sample.value
        for family in text_string_to_metric_families(figures)
        for sample in family.samples
        if sample.labels["model"] == name
    }
    assert told["registry_version_drift_score", None] == 1.0
    assert told["registry_version_metric", "roc_auc"] == pytest.approx(0.6)
    assert 0 <= time.time() - told["registry_version_checked_timestamp_seconds", None] < 60


def test_versions_of_different_targets_are_not_subtracted(
    look: Browser, ours: Caller, unique: str
) -> None:
    """Target, task and estimator stand on top, and no metric has a difference."""
    for number, target in enumerate(("left", "spent")):
        body = registration(unique, [], metrics={"score": 0.5 + number / 10})
        body["version"]["properties"] = {"target": target, "task": "binary", "estimator": "linear"}
        assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")[0] == 201
    ids = [ours("GET", f"/models/{unique}/versions/{n}")[1]["version"]["id"] for n in (1, 2)]
    text = look(f"compare?version={ids[0]}&version={ids[1]}").text
    assert "They predict different things" in text
    assert "Model target left spent task binary binary estimator linear linear" in text
    assert "score 0.5000 0.6000 Parameters" in text
    assert ours("GET", f"/models/{unique}/compare?version=1&version=2")[1]["comparable"] is False


def test_a_run_leads_to_its_page(look: Browser, ours: Caller, unique: str) -> None:
    """A version's run leads to the page that the registry has of it."""
    runs = Caller(look.url, "/api/model_registry/v1alpha3")
    _, experiment = runs("POST", "/experiments", {"name": unique})
    run = {"name": f"run-{unique}", "experimentId": experiment["id"]}
    status, made = runs("POST", "/experiment_runs", run)
    assert status == 201, made
    body = registration(unique, [], lineage={"run_id": f"run-{unique}"}, aliases=[])
    version = ours("POST", "/register", body, Idempotency_Key=unique)[1]["version"]["id"]
    assert f"../runs/{made['id']}" in look(f"versions/{version}").links


def test_pages_show_whatever_figures_and_times_there_are(
    look: Browser, ours: Caller, registry_url: str, unique: str
) -> None:
    """Extreme metrics and intervals, and a run that ended when no calendar has a day."""
    ids = []
    for number, value in enumerate((1e308, -1e308)):
        body = registration(unique, [], metrics={"auc": value}, aliases=[])
        body["version"]["properties"] = {"interval.auc": "-1e308 to 1e308", "metric": "auc"}
        made = ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")[1]
        ids.append(made["version"]["id"])
    runs = Caller(look.url, "/api/model_registry/v1alpha3")
    with RegistryClient(registry_url) as client:
        for number in range(2):
            check = client.begin_run("monitoring", f"{unique} {number}")
            check.log_metrics({"drift_score": 1e308 * (1 - 2 * number), "auc": 0.5})
            check.end("FINISHED", outcome="drifted", version=f"{unique}@1")
            ended = {"endTimeSinceEpoch": str((1 << 63) - 1)}
            assert runs("PATCH", f"/experiment_runs/{check.id}", ended)[0] == 200
    pages = (f"models/{made['model']['id']}", *(f"versions/{each}" for each in ids))
    for page in (*pages, f"runs/{check.id}", "runs", ""):
        assert (page, look(page).status) == (page, 200)
    assert "after 9999-12-31" in look(f"versions/{ids[0]}").html
