"""The atomic registration and what is read back, over HTTP."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.registry_service.running import Caller, upload


def registration(name: str, files: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A registration as the pipeline sends it."""
    return {
        "model": {"name": name, "description": "who leaves", "owner": "team"},
        "version": {"author": "ada", "properties": {"framework": "sklearn", "rows": 7}},
        "files": files,
        "metrics": {"roc_auc": 0.91, "log_loss": 0.3},
        "parameters": {"max_depth": None, "learning_rate": 0.1, "loss": "log", "warm": True},
        "datasets": [{"name": "train", "digest": "d1", "role": "train", "uri": "file:///t.csv"}],
        "lineage": {"run_id": "run-1", "pipeline": "training", "git_commit": "abc"},
        "schema": {"columns": [{"name": "age", "type": "integer"}]},
        "aliases": ["challenger"],
        **more,
    }


def test_a_registered_version_reads_back_whole(ours: Caller, unique: str) -> None:
    """Everything that was registered is returned, and the digest is that of sha256sum's lines."""
    entry = {"path": "model.joblib", **upload(ours, b"bytes of " + unique.encode())}
    status, made = ours("POST", "/register", registration(unique, [entry]), Idempotency_Key=unique)
    assert status == 201
    assert made["version"]["number"] == 1
    assert made["version"]["name"] == "1"
    line = f"{entry['sha256']}  model.joblib\n"
    assert made["digest"] == hashlib.sha256(line.encode()).hexdigest()

    status, shown = ours("GET", f"/models/{unique}/versions/challenger")
    assert status == 200
    sent = registration(unique, [entry])
    assert {key: shown[key] for key in ("files", "metrics", "parameters", "datasets")} == {
        key: sent[key] for key in ("files", "metrics", "parameters", "datasets")
    }
    assert shown["lineage"] == sent["lineage"]
    assert shown["schema"] == sent["schema"]
    assert shown["aliases"] == ["challenger"]
    assert shown["version"]["author"] == "ada"
    assert shown["version"]["properties"] == {"framework": "sklearn", "rows": 7}
    assert shown["digest"] == made["digest"]


def test_a_retry_gets_the_first_answer(ours: Caller, unique: str) -> None:
    """The same key and body make one version; the second answer is marked as a replay."""
    body = registration(unique, [])
    first_status, first = ours("POST", "/register", body, Idempotency_Key=unique)
    again_status, again = ours("POST", "/register", body, Idempotency_Key=unique)
    assert (first_status, again_status) == (201, 200)
    assert again == {**first, "replayed": True}
    _, versions = ours("GET", f"/models/{unique}/versions")
    assert len(versions["items"]) == 1


def test_a_key_serves_one_request_only(ours: Caller, unique: str) -> None:
    """The same key with another body is refused."""
    ours("POST", "/register", registration(unique, []), Idempotency_Key=unique)
    other = registration(unique, [], metrics={"roc_auc": 0.5})
    status, error = ours("POST", "/register", other, Idempotency_Key=unique)
    assert (status, error["code"]) == (409, "idempotency_key_reused")


def test_bytes_come_before_the_version(ours: Caller, unique: str) -> None:
    """A file whose bytes were not uploaded is named, and nothing is registered."""
    missing = "0" * 64
    body = registration(unique, [{"path": "model.joblib", "sha256": missing, "size": 3}])
    status, error = ours("POST", "/register", body, Idempotency_Key=unique)
    assert (status, error["code"]) == (409, "unknown_blob")
    assert missing in error["message"]
    assert ours("GET", f"/models/{unique}")[0] == 404


def test_a_failed_registration_leaves_nothing(ours: Caller, unique: str) -> None:
    """An alias that cannot be set undoes the model and the version before it."""
    body = registration(unique, [], aliases=["latest"])
    status, error = ours("POST", "/register", body, Idempotency_Key=unique)
    assert (status, error["code"]) == (400, "invalid_request")
    assert ours("GET", f"/models/{unique}")[0] == 404
    fixed = registration(unique, [])
    assert ours("POST", "/register", fixed, Idempotency_Key=unique)[0] == 201


def test_racing_for_a_name_has_one_winner(ours: Caller, unique: str) -> None:
    """Of 32 callers with one version name and different keys, one gets 201 and the others 409."""
    body = registration(unique, [], version={"name": "v1"})

    def call(number: int) -> tuple[int, Any]:
        return ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(call, range(32)))
    assert sorted(status for status, _ in answers) == [201] + [409] * 31
    assert {error["code"] for status, error in answers if status == 409} == {"already_exists"}


def test_racing_with_the_same_bytes_is_one_version(ours: Caller, unique: str) -> None:
    """Whoever comes while the model is made is told of the version, at once, by its name too."""
    file = {"path": "model.joblib", **upload(ours, b"bytes of " + unique.encode())}

    def call(number: int) -> tuple[int, Any]:
        # What is new each time is the model: so many are made while others come.
        name = f"{unique}-{number // 8}"
        body = registration(name, [file], version={"name": "v1"}, aliases=["champion"])
        return ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(64)))
    assert sorted(status for status, _ in answers) == [200] * 56 + [201] * 8
    assert all(answer["known"] is (status == 200) for status, answer in answers)


def test_racing_retries_make_one_version(ours: Caller, unique: str) -> None:
    """Of 8 equal requests with one key at the same time, one is new and the others replays."""
    body = registration(unique, [])
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: ours("POST", "/register", body, Idempotency_Key=unique), range(8))
        )
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({answer["version"]["id"] for _, answer in answers}) == 1


def test_racing_first_versions_get_their_own_numbers(ours: Caller, unique: str) -> None:
    """Callers that make the same new model at once all succeed, with numbers without gaps."""

    def call(number: int) -> int:
        body = registration(unique, [], aliases=[])
        status, answer = ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")
        assert status == 201, answer
        return int(answer["version"]["number"])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(call, range(8))) == list(range(1, 9))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": {"name": "a/b"}}, "no '/'"),
        ({"version": {"name": "latest"}}, "highest number"),
        ({"files": [{"path": "../x", "sha256": "0" * 64, "size": 1}]}, "plain relative path"),
        ({"files": [{"path": "x", "sha256": "A" * 64, "size": 1}]}, "sha256"),
        ({"metrics": {"roc_auc": "high"}}, "metrics.roc_auc"),
        ({"colour": "red"}, 'unknown field "colour"'),
        ({"lineage": {"image": "a\0b"}}, "null bytes"),
    ],
)
def test_a_senseless_registration_is_a_clear_400(
    ours: Caller, unique: str, change: dict[str, Any], said: str
) -> None:
    """The answer names the field and the reason."""
    body = registration(unique, []) | change
    status, error = ours("POST", "/register", body, Idempotency_Key=unique)
    assert (status, error["code"]) == (400, "invalid_request")
    assert said in error["message"]


def test_nan_is_not_a_metric(ours: Caller, unique: str) -> None:
    """JSON has no NaN, and a metric that is not a number would poison every comparison."""
    raw = json.dumps(registration(unique, [], metrics={"m": float("nan")})).encode()
    status, error = ours("POST", "/register", raw, Idempotency_Key=unique)
    assert (status, error["code"]) == (400, "invalid_request")


def test_a_registration_needs_its_key(ours: Caller, unique: str) -> None:
    """Without an idempotency key a retry could not be told from a new request."""
    status, error = ours("POST", "/register", registration(unique, []))
    assert status == 400
    assert "Idempotency-Key" in error["message"]


def test_a_reference_is_a_name_before_a_number(ours: Caller, unique: str) -> None:
    """A version called "2" wins over the version with the number 2; latest is the newest."""
    for key, version in enumerate([{"name": "2"}, {"name": "b"}, {}]):
        body = registration(unique, [], version=version, aliases=[])
        status, _ = ours("POST", "/register", body, Idempotency_Key=f"{unique}-{key}")
        assert status == 201
    numbers = {
        ref: ours("GET", f"/models/{unique}/versions/{ref}")[1]["version"]["number"]
        for ref in ("2", "b", "1", "latest")
    }
    assert numbers == {"2": 1, "b": 2, "1": 1, "latest": 3}


def test_a_default_name_steps_over_a_taken_one(ours: Caller, unique: str) -> None:
    """When the next number's name was given by hand, the following number is taken."""
    named = registration(unique, [], version={"name": "2"}, aliases=[])
    ours("POST", "/register", named, Idempotency_Key=f"{unique}-1")
    plain = registration(unique, [], version={}, aliases=[])
    _, made = ours("POST", "/register", plain, Idempotency_Key=f"{unique}-2")
    assert made["version"]["name"] == "3"
    assert made["version"]["number"] == 3
