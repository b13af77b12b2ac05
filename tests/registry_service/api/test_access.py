"""Who may do what, over HTTP."""

import pytest

from components.shared.step import step_body
from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import TOKENS, as_user, register
from tests.registry_service.running import KUBEFLOW, OURS


def test_nobody_and_strangers_are_told_apart(guarded: str) -> None:
    """No token or an unknown one is 401, a known subject without a grant 403; probes are open."""
    assert as_user(guarded, None)("GET", "/models")[0] == 401
    assert as_user(guarded, "x" * 40)("GET", "/models")[0] == 401
    assert as_user(guarded, "stranger")("GET", "/models")[0] == 403
    for prefix in (OURS, KUBEFLOW):
        path = "/models" if prefix == OURS else "/registered_models"
        status, error = as_user(guarded, None, prefix)("GET", path)
        assert status == 401
        assert error["message"]
    assert as_user(guarded, None, "")("GET", "/readyz")[0] == 200


def test_who_says_who_they_are_may_use_any_name(guarded: str) -> None:
    """With an access file the service is served under whatever name it has in a cluster."""
    assert as_user(guarded, "reader", Host="registry.team.svc:80")("GET", "/models")[0] == 200


def test_roles_hold_for_their_prefix(guarded: str) -> None:
    """A reader does not write, a writer writes its own models only, and each sees only its own."""
    assert register(guarded, "reader", "churn-a") == 403
    assert register(guarded, "writer", "churn-a") == 201
    assert register(guarded, "writer", "fraud-a") == 403
    assert register(guarded, "admin", "fraud-a") == 201
    assert as_user(guarded, "reader")("GET", "/models/churn-a/versions/1")[0] == 200
    assert as_user(guarded, "reader")("GET", "/models/fraud-a/versions/1")[0] == 403
    _, mine = as_user(guarded, "reader")("GET", "/models")
    assert all(item["name"].startswith("churn") for item in mine["items"])
    assert mine["items"]


def test_a_token_of_some_models_keeps_no_runs_and_that_is_said(
    guarded: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step goes on, and its log says which tokens keep runs."""
    monkeypatch.setenv("REGISTRY_URL", guarded)
    monkeypatch.setenv("REGISTRY_TOKEN", TOKENS["writer"])
    monkeypatch.setenv("KFP_TABULAR_RUN_ID", "of-a-scoped-token")
    with step_body():
        pass
    said = capsys.readouterr().out
    assert "does not keep this run" in said
    assert "a token that may write all models and data sets keeps them" in said


def test_roles_hold_on_the_kubeflow_api(guarded: str) -> None:
    """The same grants, whatever the path by which a model is reached."""
    register(guarded, "admin", "fraud-k")
    register(guarded, "admin", "churn-k")
    admin = as_user(guarded, "admin", KUBEFLOW)
    writer = as_user(guarded, "writer", KUBEFLOW)
    theirs = admin("GET", "/registered_model?name=fraud-k")[1]["id"]
    own = admin("GET", "/registered_model?name=churn-k")[1]["id"]
    status, error = writer("GET", f"/registered_models/{theirs}")
    assert (status, "fraud" in error["message"]) == (404, False)
    assert writer("PATCH", f"/registered_models/{theirs}", {"owner": "x"})[0] == 404
    assert writer("GET", f"/registered_models/{theirs}/versions")[0] == 404
    body = {"name": "x", "registeredModelId": theirs}
    assert writer("POST", "/model_versions", body)[0] == 404
    reader = as_user(guarded, "reader", KUBEFLOW)
    assert reader("PATCH", f"/registered_models/{own}", {"owner": "x"})[0] == 403
    assert writer("PATCH", f"/registered_models/{own}", {"owner": "x"})[0] == 200
    assert writer("POST", "/model_versions", {**body, "registeredModelId": own})[0] == 201
    assert writer("GET", "/model_versions")[0] == 403
    assert writer("POST", "/serving_environments", {"name": "prod"})[0] == 403
    listed = writer("GET", "/registered_models")[1]["items"]
    assert {item["name"][:5] for item in listed} == {"churn"}


def test_a_role_for_one_model_is_for_no_other(guarded: str) -> None:
    """Neither in the lists nor by name is another model seen whose name begins alike."""
    for name in ("churn-only", "churn-only-not", "fraud-only"):
        register(guarded, "admin", name)
    keeper = as_user(guarded, "keeper")
    for prefix, path in ((OURS, "/models"), (KUBEFLOW, "/registered_models")):
        listed = as_user(guarded, "keeper", prefix)("GET", path)[1]["items"]
        assert {item["name"] for item in listed} == {"churn-only", "fraud-only"}
    assert keeper("GET", "/models/churn-only-not")[0] == 403
    assert register(guarded, "keeper", "churn-only", version={"name": "mine"}) == 201
    assert register(guarded, "keeper", "fraud-only", version={"name": "mine"}) == 403


def test_a_protected_alias_needs_approval_and_the_approver(guarded: str) -> None:
    """A writer never moves it; an approver only to a version that was approved."""
    register(guarded, "writer", "churn-p")
    path = "/models/churn-p/aliases/champion"
    writer, approver = as_user(guarded, "writer"), as_user(guarded, "approver")
    assert writer("PUT", path, {"version": "1"})[0] == 403
    assert approver("PUT", path, {"version": "1"})[0] == 409
    approval = "/models/churn-p/versions/1/approval"
    assert writer("POST", approval, {"reason": "mine"})[0] == 403
    assert approver("POST", approval, {"reason": "checked"})[0] == 204
    assert approver("PUT", path, {"version": "1"})[0] == 200
    _, shown = writer("GET", "/models/churn-p/versions/champion")
    assert (shown["approval"]["actor"], shown["approval"]["reason"]) == ("approver", "checked")
    assert writer("PUT", "/models/churn-p/aliases/challenger", {"version": "1"})[0] == 200


def test_only_the_gateway_speaks_for_others(guarded: str) -> None:
    """The user header counts from the gateway's own token and from no other."""
    user = {"kubeflow-userid": "user@example.org"}
    register(guarded, "admin", "churn-g")
    path = "/models/churn-g"
    assert as_user(guarded, "gateway", **user)("GET", path)[0] == 200
    assert as_user(guarded, "gateway")("GET", path)[0] == 403
    assert as_user(guarded, "stranger", **user)("GET", path)[0] == 403
    assert as_user(guarded, None, **user)("GET", path)[0] == 401


def test_the_gateway_of_a_mesh_needs_no_token(guarded: str) -> None:
    """The certificate that the sidecar has seen makes it the gateway, and its user counts."""
    register(guarded, "admin", "churn-m")
    us = "By=spiffe://cluster.local/ns/here/sa/registry"
    gateway = "URI=spiffe://cluster.local/ns/istio-system/sa/gateway"
    seen = {"X-Forwarded-Client-Cert": f'{us};Hash={"0" * 64};Subject="";{gateway}'}
    user = {"kubeflow-userid": "user@example.org"}
    assert as_user(guarded, None, **seen, **user)("GET", "/models/churn-m")[0] == 200
    assert as_user(guarded, None, **seen)("GET", "/models/churn-m")[0] == 401


def test_an_answer_is_replayed_to_its_own_caller_only(guarded: str) -> None:
    """Another's idempotency key makes a new request of one's own."""
    body = registration("churn-i", [], aliases=[])
    first = as_user(guarded, "writer")("POST", "/register", body, Idempotency_Key="same")
    second = as_user(guarded, "admin")("POST", "/register", body, Idempotency_Key="same")
    assert (first[0], second[0]) == (201, 201)
    assert first[1]["version"]["id"] != second[1]["version"]["id"]


def test_keys_of_two_callers_never_meet(guarded: str) -> None:
    """However names and keys are put together, `a:x` and `k` are not `a` and `x:k`."""
    body = registration("churn-keys", [], aliases=[])
    first = as_user(guarded, "a:x")("POST", "/register", body, Idempotency_Key="k")
    second = as_user(guarded, "a")("POST", "/register", body, Idempotency_Key="x:k")
    assert (first[0], second[0]) == (201, 201)
    assert first[1]["version"]["id"] != second[1]["version"]["id"]


def test_who_was_refused_is_in_the_audit_log(guarded: str) -> None:
    """Through both APIs, with the model that the answer does not tell of; strangers too."""
    register(guarded, "admin", "fraud-audit")
    admin = as_user(guarded, "admin", KUBEFLOW)
    theirs = admin("GET", "/registered_model?name=fraud-audit")[1]["id"]
    path = f"/registered_models/{theirs}"
    assert as_user(guarded, "writer", KUBEFLOW)("PATCH", path, {"owner": "x"})[0] == 404
    assert as_user(guarded, "reader")("GET", "/models/fraud-audit")[0] == 403
    _, log = as_user(guarded, "admin")("GET", "/audit?model=fraud-audit&action=access.refuse")
    assert [(item["actor"], item["subject"], item["detail"]["role"]) for item in log["items"]] == [
        ("reader", f"GET {OURS}/models/fraud-audit", "reader"),
        ("writer", f"PATCH {KUBEFLOW}{path}", "writer"),
    ]
    assert as_user(guarded, "stranger")("GET", "/models")[0] == 403
    _, log = as_user(guarded, "admin")("GET", "/audit?actor=stranger")
    assert {item["action"] for item in log["items"]} == {"access.refuse"}
