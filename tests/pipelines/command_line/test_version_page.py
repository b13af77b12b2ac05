"""Where people see a version that a run has registered."""

import pytest

from pipelines.command_line.version_page import how_to_see

CHURN = {"model_name": "churn", "version": 3}


@pytest.mark.parametrize("url", ["https://registry.example.com", "http://127.0.0.1:8080/"])
def test_a_registry_that_browsers_reach_has_a_page(url: str) -> None:
    """The version's page is named, at the address that the step knew."""
    assert how_to_see(url, CHURN) == f"{url.rstrip('/')}/ui/find?model=churn&version=3"


@pytest.mark.parametrize("domain", ["", ".cluster.local"])
def test_a_registry_inside_a_cluster_is_forwarded_to(domain: str) -> None:
    """The name of a Service is no address outside: a command and its port are."""
    assert how_to_see(f"https://registry.ml.svc{domain}:8080", CHURN) == (
        "kfp-tabular registry show churn@3 --url https://localhost:8081 "
        "(after: kubectl -n ml port-forward svc/registry 8081:8080)"
    )


def test_the_port_is_that_of_the_scheme_where_none_is_said() -> None:
    """A Service on 80 or 443 is forwarded to on that port."""
    assert how_to_see("http://registry.ml.svc", CHURN).endswith("svc/registry 8081:80)")


def test_names_are_fit_for_a_shell() -> None:
    """A name with a space stays one argument."""
    shown = how_to_see("http://registry.ml.svc", {"model_name": "my churn", "version": "a"})
    assert "registry show 'my churn@a' --url" in shown
