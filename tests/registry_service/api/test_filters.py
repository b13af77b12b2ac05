"""filterQuery over HTTP, against rows that are known."""

from typing import Any
from urllib.parse import quote

import pytest

from registry_service.domain import limits
from tests.registry_service.running import Caller

# name, author, text property, number property, yes-or-no property
ROWS: list[tuple[str, str, str | None, int | float | None, bool | None]] = [
    ("alpha", "ada", "red", 1, True),
    ("beta", "ada", "green", 2, False),
    ("gamma", "bob", "red", 2.5, None),
    ("delta", "Bob", 'it\'s "50%"', None, True),
    ("v1_0", "eve", None, 10, None),
    ("v1a0", "eve", "x" * 300, -3, False),
]


def properties(row: tuple[Any, ...]) -> dict[str, Any]:
    """The custom properties of a row."""
    _, _, colour, size, good = row
    made: dict[str, Any] = {}
    if colour is not None:
        made["colour of it"] = {"metadataType": "MetadataStringValue", "string_value": colour}
    if isinstance(size, float):
        made["size"] = {"metadataType": "MetadataDoubleValue", "double_value": size}
    elif size is not None:
        made["size"] = {"metadataType": "MetadataIntValue", "int_value": str(size)}
    if good is not None:
        made["good"] = {"metadataType": "MetadataBoolValue", "bool_value": good}
    return made


@pytest.fixture(scope="module")
def versions_path(registry_url: str) -> str:
    """The list of a model's versions, one for each row."""
    kubeflow = Caller(registry_url, "/api/model_registry/v1")
    _, model = kubeflow("POST", "/registered_models", {"name": "filters"})
    path = f"/registered_models/{model['id']}/versions"
    for row in ROWS:
        body = {
            "name": row[0],
            "author": row[1],
            "registeredModelId": model["id"],
            "customProperties": properties(row),
        }
        assert kubeflow("POST", path, body)[0] == 201
    return path


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name = 'alpha'", ["alpha"]),
        ("name != 'alpha' AND author = 'ada'", ["beta"]),
        ("author = 'ada' OR author = 'bob'", ["alpha", "beta", "gamma"]),
        ("author IN ('ada', \"eve\")", ["alpha", "beta", "v1_0", "v1a0"]),
        ("author ILIKE 'BOB'", ["gamma", "delta"]),
        ("author LIKE 'b%'", ["gamma"]),
        ("name LIKE 'v1\\\\_0'", ["v1_0"]),
        ("name LIKE 'v1_0'", ["v1_0", "v1a0"]),
        ("`colour of it` = 'red'", ["alpha", "gamma"]),
        ("`colour of it`.string_value = 'red' AND size > 1", ["gamma"]),
        ("`colour of it` != 'red'", ["beta", "delta", "v1a0"]),
        ("`colour of it` = 'it\\'s \"50%\"'", ["delta"]),
        (f"`colour of it` = '{'x' * 300}'", ["v1a0"]),
        (f"`colour of it` = '{'x' * 299}y'", []),
        ("`colour of it` IN ('green', 'blue')", ["beta"]),
        ("`colour of it` LIKE '%50\\\\%%'", ["delta"]),
        ("size = 2", ["beta"]),
        ("size >= 2", ["beta", "gamma", "v1_0"]),
        ("size.int_value >= 2", ["beta", "v1_0"]),
        ("size > 1.5", ["beta", "gamma", "v1_0"]),
        ("size IN (2.5, 2)", ["beta", "gamma"]),
        ("size.int_value < 1.5", ["alpha", "v1a0"]),
        ("size.double_value > 0.5", ["gamma"]),
        ("size <> 2", ["alpha", "gamma", "v1_0", "v1a0"]),
        ("size = -3", ["v1a0"]),
        ("good = true", ["alpha", "delta"]),
        ("good.bool_value = FALSE", ["beta", "v1a0"]),
        ("(author = 'ada' OR author = 'eve') and not_there = 1", []),
        ("author = 'ada' OR `colour of it` = 'red' AND good = true", ["alpha", "beta"]),
        ("state = 'LIVE' AND name < 'b'", ["alpha"]),
    ],
)
def test_a_filter_selects_these(
    kubeflow: Caller, versions_path: str, query: str, names: list[str]
) -> None:
    """The same rows under the model and, with the model's id in the filter, among all versions."""
    status, page = kubeflow("GET", f"{versions_path}?filterQuery={quote(query)}")
    assert status == 200, page
    assert [item["name"] for item in page["items"]] == names
    model_id = versions_path.split("/")[2]
    narrowed = f"({query}) AND registeredModelId = {model_id}"
    for order in ("ID", "CREATE_TIME"):
        listed: list[str] = []
        token = ""
        while True:
            path = f"/model_versions?filterQuery={quote(narrowed)}&pageSize=1&orderBy={order}"
            _, page = kubeflow("GET", f"{path}&nextPageToken={token}")
            listed += [item["name"] for item in page["items"]]
            token = page["nextPageToken"]
            if not token:
                break
        assert listed == names


def test_sql_in_a_filter_is_only_text(kubeflow: Caller, versions_path: str) -> None:
    """A value or a name that looks like SQL selects nothing and breaks nothing."""
    for query in ("name = 'x'' OR 1=1'", "`a\"; DROP TABLE artifacts; --` = 'x'"):
        status, _ = kubeflow("GET", f"{versions_path}?filterQuery={quote(query)}")
        assert status in (200, 400)
    assert kubeflow("GET", versions_path)[1]["size"] == len(ROWS)


def test_every_list_takes_a_filter(registry_url: str) -> None:
    """Also those on which the registry of Kubeflow ignores it."""
    old = Caller(registry_url, "/api/model_registry/v1alpha3")
    nothing = quote("name = 'no such name'")
    for collection in (
        "registered_models",
        "model_versions",
        "artifacts",
        "model_artifacts",
        "serving_environments",
        "inference_services",
        "experiments",
        "experiment_runs",
        "experiment_runs/metric_history",
    ):
        status, page = old("GET", f"/{collection}?filterQuery={nothing}")
        assert (status, page["size"]) == (200, 0), collection


def test_metrics_and_parameters_are_filtered_by_value(kubeflow: Caller, unique: str) -> None:
    """A number finds metrics, a text finds parameters."""
    metric = {"artifactType": "metric", "name": unique, "value": 0.75}
    parameter = {"artifactType": "parameter", "name": unique, "value": "0.75"}
    for body in (metric, parameter):
        assert kubeflow("POST", "/artifacts", body)[0] == 201
    for literal, kind in (("0.75", "metric"), ("'0.75'", "parameter")):
        query = quote(f"name = '{unique}' AND value = {literal}")
        _, page = kubeflow("GET", f"/artifacts?filterQuery={query}")
        assert [item["artifactType"] for item in page["items"]] == [kind]


def test_a_filter_has_its_limits(kubeflow: Caller) -> None:
    """More comparisons, values of IN or characters of a pattern than are stated are refused."""
    many = limits.COMPARISONS + 1
    for text, why in (
        (" OR ".join(f"p{n}=1" for n in range(many)), "more than 100 comparisons"),
        (f"p IN ({','.join(map(str, range(many)))})", "IN has more than 100 values"),
        (f"p LIKE '%{'a' * limits.PATTERN}b'", "has a pattern of"),
    ):
        status, error = kubeflow("GET", f"/registered_models?filterQuery={quote(text)}")
        assert (status, why in error["message"]) == (400, True)
    most = " OR ".join(f"p{n}=1" for n in range(limits.COMPARISONS))
    assert kubeflow("GET", f"/registered_models?filterQuery={quote(most)}")[0] == 200
