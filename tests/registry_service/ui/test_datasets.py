"""The pages about data sets, over HTTP."""

import hashlib
from typing import Any

import pytest

from tests.registry_service.api.test_datasets import register_data
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller
from tests.registry_service.ui.conftest import Browser


def column(name: str, low: int, high: int) -> dict[str, Any]:
    """A column of whole numbers, as our pipelines register it."""
    profile = {"nulls": 0.25, "quantiles": [low, (low + high) / 2, high]}
    return {"name": name, "type": "integer", "nullable": True, "profile": profile}


@pytest.fixture(name="data")
def two_versions(ours: Caller, unique: str) -> str:
    """A data set of two versions, the first of which a model was trained on: its name."""
    schemas = [{"columns": [column("age", 0, 10)]}, {"columns": [column("age", 5, 15)]}]
    for number, schema in enumerate(schemas):
        source = {"uri": f"dataset://{unique}@1", "digest": "d", "name": "p", "role": "parent"}
        more: dict[str, Any] = {"schema": schema, "datasets": [source] * number}
        status, made = register_data(ours, unique, f"{unique} {number}", **more)
        assert status == 201, made
    digest = hashlib.sha256(f"{unique} 0".encode()).hexdigest()
    used = {"name": unique, "digest": digest, "role": "table", "uri": f"dataset://{unique}@1"}
    body = registration(f"{unique}-model", [], datasets=[used])
    assert ours("POST", "/register", body, Idempotency_Key=unique)[0] == 201
    return unique


def test_data_sets_have_a_list_of_their_own(look: Browser, data: str) -> None:
    """Models are not among them, nor they among the models."""
    assert f">{data}<" in look("datasets", q=data).html
    assert f">{data}-model<" not in look("datasets", q=data).html
    assert f">{data}<" not in look("", q=data).html
    assert f">{data}-model<" in look("", q=data).html


def test_a_version_shows_its_columns_and_what_was_made_from_it(look: Browser, data: str) -> None:
    """With the share of missing values, the range, and the way to the model."""
    seen = look("find", dataset=data, version="1")
    assert "age integer yes 25.0 % 0 to 10" in seen.text
    assert f"{data}-model 1" in seen.text
    assert f"kfp-tabular data show {data}@1" in seen.text
    assert "Parent" not in seen.text


def test_addresses_of_data_sets_lead_to_their_pages(look: Browser, data: str) -> None:
    """From the model that was trained on a version, and from the version made from it."""
    for seen in (
        look("find", model=f"{data}-model", version="1"),
        look("find", dataset=data, version="2"),
    ):
        (link,) = (link for link in seen.links if f"find?dataset={data}" in link)
        assert link.endswith("version=1")


def test_a_comparison_tells_how_far_values_moved(look: Browser, ours: Caller, data: str) -> None:
    """By what was registered of the columns; the command that compares rows is named."""
    ids = [ours("GET", f"/datasets/{data}/versions/{ref}")[1]["version"]["id"] for ref in (1, 2)]
    seen = look(f"compare?version={ids[0]}&version={ids[1]}")
    assert "age 5, 25.0 % missing 10, 25.0 % missing 0.5000" in seen.text
    assert f"kfp-tabular data diff {data} 1 2" in seen.text


def test_the_log_of_a_data_set_is_its_own(look: Browser, data: str) -> None:
    """Its entries lead to it, and are not among those of a model of that name."""
    seen = look("audit", dataset=data)
    assert "version.register" in seen.text
    assert any(f"find?dataset={data}" in link for link in seen.links)
    assert "No such change" in look("audit", model=data).text


def test_the_page_of_a_data_set_is_not_that_of_a_model(
    look: Browser, ours: Caller, data: str
) -> None:
    """An id leads to one page, below the collection that it belongs to."""
    number = ours("GET", f"/datasets/{data}")[1]["dataset"]["id"]
    assert look(f"datasets/{number}").status == 200
    assert look(f"models/{number}").status == 404
