"""Callers that a sidecar names."""

import asyncio

import pytest

from registry_service.access.access_file import GrantEntry, Policy
from registry_service.access.authenticate import Authenticator
from registry_service.access.mesh import Mesh
from registry_service.access.tokens import StaticTokens
from registry_service.domain.access import Identity
from registry_service.errors import UnauthorizedError

GATEWAY = "system:serviceaccount:istio-system:gateway"
DASHBOARD = "system:serviceaccount:kubeflow:model-registry-ui"
TOKEN = "a-token-of-sixteen-characters"


def seen(subject: str, domain: str = "cluster.local", dns: str = "") -> str:
    """Return what Istio's sidecar writes of a ServiceAccount."""
    _, _, namespace, account = subject.split(":")
    us = "By=spiffe://cluster.local/ns/kfp-tabular/sa/kfp-tabular-registry"
    them = f"URI=spiffe://{domain}/ns/{namespace}/sa/{account}"
    return f'{us};Hash={"0a" * 32};Subject="";{them}{dns}'


@pytest.fixture(name="guard")
def authenticator() -> Authenticator:
    """Knows the dashboard, a user, a token, and a gateway that speaks for users."""
    subjects = (DASHBOARD, "me@example.org", "ci")
    grants = [GrantEntry(subject=subject, role="reader") for subject in subjects]
    tokens = StaticTokens({TOKEN: "ci"})
    return Authenticator([tokens], Policy(grants), GATEWAY, Mesh("cluster.local"))


def identify(guard: Authenticator, *headers: str) -> Identity:
    """Return who asks with these headers."""
    return asyncio.run(guard.identify(*headers))


@pytest.mark.parametrize("dns", ["", ";DNS=a.example.org;DNS=b.example.org"])
def test_a_caller_is_named_as_kubernetes_names_it(dns: str) -> None:
    """The SPIFFE identity of a ServiceAccount becomes the name that a TokenReview would give."""
    assert Mesh("cluster.local").subject(seen(DASHBOARD, dns=dns)) == DASHBOARD


FORGED = {
    "by one without a certificate": ("", None),
    "in front of one's own": (f"{seen(GATEWAY)},{seen(DASHBOARD)}", DASHBOARD),
    "with a quotation mark left open": (f'{seen(GATEWAY)};Subject=",{seen(DASHBOARD)}', DASHBOARD),
    "as a second identity": (f"{seen(DASHBOARD)};URI=spiffe://cluster.local/ns/a/sa/b", None),
    "of another mesh": (seen(GATEWAY, "evil.example.org"), None),
    "without the sidecar's own part": ("URI=spiffe://cluster.local/ns/a/sa/b", None),
}


@pytest.mark.parametrize(("header", "subject"), FORGED.values(), ids=list(FORGED.keys()))
def test_what_a_caller_makes_up_counts_for_nothing(header: str, subject: str | None) -> None:
    """Only the last element, which is the sidecar's, names the caller, and only in full."""
    assert Mesh("cluster.local").subject(header) == subject


def test_the_gateway_speaks_for_its_users(guard: Authenticator) -> None:
    """The user that it names counts, and the user's own token, which it hands on, does not."""
    found = identify(guard, "Bearer of-the-gateway's-issuer", "me@example.org", seen(GATEWAY))
    assert found.name == "me@example.org"


def test_a_gateway_that_names_nobody(guard: Authenticator) -> None:
    """Without a user the gateway is not taken for one."""
    with pytest.raises(UnauthorizedError, match="kubeflow-userid"):
        identify(guard, "", "", seen(GATEWAY))


def test_others_speak_for_themselves(guard: Authenticator) -> None:
    """Another workload of the mesh is itself, whatever user it names."""
    assert identify(guard, "", "me@example.org", seen(DASHBOARD)).name == DASHBOARD


def test_a_token_comes_before_the_certificate(guard: Authenticator) -> None:
    """A workload that shows a token is whose token it is; a wrong one is refused."""
    assert identify(guard, f"Bearer {TOKEN}", "", seen(DASHBOARD)).name == "ci"
    with pytest.raises(UnauthorizedError, match="not known"):
        identify(guard, "Bearer expired", "", seen(DASHBOARD))


def test_without_a_mesh_the_header_means_nothing() -> None:
    """Where no sidecar is said to be there, certificates in a header are anybody's."""
    with pytest.raises(UnauthorizedError):
        identify(Authenticator([], Policy([]), GATEWAY), "", "me@example.org", seen(GATEWAY))
