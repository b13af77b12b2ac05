"""A few people, what they may do, and calls in their names."""

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller

TOKENS = {
    name: f"{name}-token-0123456789abcdef"
    for name in (
        "reader",
        "writer",
        "team",
        "approver",
        "admin",
        "keeper",
        "stranger",
        "gateway",
        "a",
        "a:x",
    )
}
GATEWAY = "system:serviceaccount:istio-system:gateway"
GRANTS = [
    {"subject": "reader", "role": "reader", "prefix": "churn"},
    {"subject": "writer", "role": "writer", "prefix": "churn"},
    {"subject": "approver", "role": "approver", "prefix": "churn"},
    {"subject": "team", "role": "writer", "prefix": "churn"},
    {"subject": "team", "role": "reader"},
    {"subject": "admin", "role": "approver"},
    {"subject": "a", "role": "writer", "prefix": "churn"},
    {"subject": "a:x", "role": "writer", "prefix": "churn"},
    {"subject": "user@example.org", "role": "reader", "prefix": "churn"},
    {"subject": "keeper", "role": "writer", "model": "churn-only"},
    {"subject": "keeper", "role": "reader", "model": "fraud-only"},
]


def as_user(url: str, name: str | None, prefix: str = OURS, **headers: str) -> Caller:
    """Calls as one of them; None sends no token."""
    if name is not None:
        headers["Authorization"] = f"Bearer {TOKENS.get(name, name)}"
    return Caller(url, prefix, headers)


def register(url: str, name: str, model: str, **more: object) -> int:
    """Register a version as somebody and return the status."""
    body = registration(model, [], aliases=[], **more)
    return as_user(url, name)("POST", "/register", body, Idempotency_Key=f"{model}-{name}")[0]
