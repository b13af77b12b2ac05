"""Who is let in, what there is, and what is seen of it."""

import asyncio
import json

import pytest

from predictor.app import Application
from predictor.figures import Figures
from predictor.serving import Serving
from predictor.settings import Settings
from tests.predictor.calling import DIGEST, ROW, acall, application, call, predict, served

TOKEN = "a-token-for-tests"
HEALTH = ["/v2/health/live", "/v2/health/ready", "/v2/models/churn/ready"]
GUARDED = ["/v2", "/v2/models/churn", "/metrics", "/openapi.json"]


@pytest.mark.parametrize("path", [*HEALTH, *GUARDED, "/v2/models/churn/versions/1"])
def test_without_a_token_everything_is_open(path: str) -> None:
    """Where no token is set nobody has to show one."""
    assert call(application(), "GET", path).status == 200


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("shown", ["", "Bearer another-token-of-us", f"Basic {TOKEN}", TOKEN])
def test_another_token_is_refused(path: str, shown: str) -> None:
    """What is no health is for those who show the token."""
    answer = call(application(token=TOKEN), "GET", path, authorization=shown)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (
        call(application(token=TOKEN), "GET", path, authorization=f"Bearer {TOKEN}").status == 200
    )


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_of_a_token_is_known_in_any_case(scheme: str) -> None:
    """RFC 9110 tells schemes apart by their letters alone; the token keeps its case."""
    app = application(token=TOKEN)
    assert call(app, "GET", "/v2", authorization=f"{scheme} {TOKEN}").status == 200
    assert call(app, "GET", "/v2", authorization=f"{scheme} {TOKEN.upper()}").status == 401


def test_a_prediction_asks_for_the_token_before_it_reads() -> None:
    """A stranger's body is not read."""
    answer = predict(application(token=TOKEN), b"{", content_length="1")
    assert (answer.status, answer.headers["connection"]) == (401, "close")


@pytest.mark.parametrize("path", HEALTH)
def test_health_is_open(path: str) -> None:
    """A probe shows no token."""
    assert call(application(token=TOKEN), "GET", path).status == 200


def test_a_name_that_a_web_page_made_up_is_refused() -> None:
    """On this machine the server is known as localhost alone, unless it has a token."""
    rebound = {"host": "evil.example:8080"}
    assert predict(application(), [ROW], **rebound).status == 421
    assert predict(application(hosts=frozenset({"evil.example"})), [ROW], **rebound).status == 200
    assert predict(application(host="0.0.0.0"), [ROW], **rebound).status == 200  # noqa: S104


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/predict/", "/v2/models/", "/v2/models/other", "/v2/models/churn/x"),
        *("/v2/models/churn/versions", "/v2/models/churn/versions/2"),
    ],
)
def test_what_is_not_there_is_not_there(path: str) -> None:
    """Another model, another version and another path are 404."""
    assert call(application(), "GET", path).status == 404


def test_a_version_is_named_by_its_digest_too() -> None:
    """Who knows the digest alone finds it."""
    assert call(application(), "GET", f"/v2/models/churn/versions/{DIGEST}").status == 200


def test_another_method_is_told_which_one_there_is() -> None:
    """405 says Allow."""
    answer = call(application(), "GET", "/predict")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_metadata_say_what_is_served() -> None:
    """Inputs and outputs as tensors, and digest, way of scoring and examples besides."""
    told = call(application(), "GET", "/v2/models/churn").json()
    assert told["name"] == "churn"
    assert told["versions"] == ["1"]
    assert told["inputs"][0] == {"name": "age", "datatype": "INT64", "shape": [-1]}
    assert told["outputs"][1] == {"name": "probabilities", "datatype": "FP64", "shape": [-1, 2]}
    assert told["parameters"]["digest"] == DIGEST
    assert told["parameters"]["scored_by"] == "plan"
    assert told["parameters"]["examples_reproduced"] == 1


def test_the_example_of_the_openapi_document_can_be_sent() -> None:
    """It describes the model's own columns, and its example is a request that is answered."""
    document = call(application(), "GET", "/openapi.json").json()
    row = document["components"]["schemas"]["Row"]
    assert row["required"] == ["age", "city"]
    assert {"customer", "churned"} <= row["properties"].keys()
    body = document["paths"]["/predict"]["post"]["requestBody"]
    assert predict(application(), body["content"]["application/json"]["example"]).status == 200


def test_figures_count_requests_rows_errors_and_predictions() -> None:
    """What was answered is in /metrics."""
    app = application()
    predict(app, [{"age": 30, "city": ""}, {"age": 75, "city": ""}])
    predict(app, [{"age": 30}])
    page = call(app, "GET", "/metrics").body.decode().splitlines()
    assert {
        'predictor_requests_total{route="/predict",status="200"} 1.0',
        'predictor_requests_total{route="/predict",status="422"} 1.0',
        'predictor_errors_total{code="refused_row"} 1.0',
        'predictor_rows_total{version="1"} 2.0',
        'predictor_predictions_total{label="no",version="1"} 1.0',
        'predictor_predictions_total{label="yes",version="1"} 1.0',
        'predictor_probability_bucket{le="0.3",version="1"} 1.0',
        'predictor_probability_bucket{le="+Inf",version="1"} 2.0',
        f'predictor_model_info{{digest="{DIGEST}",model="churn",scored_by="plan",version="1"}} 1.0',
        "predictor_examples_reproduced 1.0",
    } <= set(page)
    assert any(line.startswith("predictor_request_seconds_bucket") for line in page)


def test_figures_say_that_a_version_is_unproven() -> None:
    """One without examples reproduced 0 of them."""
    page = call(application(served(examples=0)), "GET", "/metrics").body.decode()
    assert "predictor_examples_reproduced 0.0" in page


def test_a_server_that_stops_says_that_it_is_not_ready() -> None:
    """It answers what comes all the same, and asks for no more."""
    app = application()
    app.stop()
    assert call(app, "GET", "/v2/health/ready").status == 503
    assert call(app, "GET", "/v2/health/live").status == 200
    assert predict(app, [ROW]).status == 200


def test_another_version_takes_over_between_two_requests() -> None:
    """Requests that run keep to the version that they began with."""
    figures = Figures()
    serving = Serving(served("1"), figures)
    app = Application(serving, Settings(), figures)

    async def across() -> list[str]:
        body = [b"[", json.dumps(ROW).encode() + b"]"]
        before = asyncio.create_task(acall(app, "POST", "/predict", body))
        await asyncio.sleep(0)
        serving.replace(served("2"))
        after = await acall(app, "POST", "/predict", [json.dumps([ROW]).encode()])
        return [(await before).json()["version"], after.json()["version"]]

    assert asyncio.run(across()) == ["1", "2"]
    page = call(app, "GET", "/metrics").body.decode()
    assert 'predictor_rows_total{version="1"} 1.0' in page
    assert (
        'predictor_model_info{digest="' + DIGEST + '",model="churn",scored_by="plan",version="1"'
        not in page
    )
