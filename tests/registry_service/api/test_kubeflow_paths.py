"""Paths, ids and methods of the Kubeflow API, and what its errors say of them."""

import pytest
import urllib3

from tests.registry_service.running import KUBEFLOW, Caller


@pytest.mark.parametrize(
    ("path", "status"),
    [("abc", 400), ("1.5", 400), ("%C2%B2", 400), ("9" * 19, 400), ("0", 404), ("-1", 404)],
)
def test_an_id_is_a_whole_number(kubeflow: Caller, path: str, status: int) -> None:
    """What is none is refused, one that names nothing is not found."""
    assert kubeflow("GET", f"/registered_models/{path}")[0] == status


def test_a_slash_at_the_end_is_another_path(registry_url: str) -> None:
    """It is not found, and nobody is sent to the host that the request happened to name."""
    url = registry_url + KUBEFLOW + "/registered_models/"
    answer = urllib3.request("GET", url, headers={"Host": "localhost:1"}, redirect=False)
    assert answer.status == 404
    assert "Location" not in answer.headers


def test_what_is_not_found_is_told_in_the_words_of_the_api(kubeflow: Caller) -> None:
    """The message has the names of parameters and fields, not of columns."""
    status, error = kubeflow("GET", "/model_version?externalId=nothing&parentResourceId=987654")
    assert status == 404
    assert error["message"] == (
        "no model version found for externalId=nothing, registeredModelId=987654: not found"
    )


def test_a_refused_method_is_told_those_that_are_allowed(registry_url: str) -> None:
    """The header Allow names the methods of all routes of the path."""
    answer = urllib3.request("DELETE", registry_url + KUBEFLOW + "/registered_models")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


def test_the_root_is_not_found(registry_url: str) -> None:
    """Clients probe it and expect 404."""
    assert Caller(registry_url)("GET", "/")[0] == 404
