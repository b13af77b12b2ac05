"""Callers whose certificate the sidecar of a service mesh has seen."""

import re

ELEMENT = re.compile(
    r'By=[^;,"]+;Hash=[0-9a-f]{64};(?:Subject="[^",]*";)?'
    r"URI=spiffe://(?P<domain>[^/;,]+)/ns/(?P<namespace>[^/;,]+)/sa/(?P<account>[^/;,]+)"
    r"(?:;DNS=[^;,]+)*"
)
"""What Envoy writes of one caller, with the identity that Istio certifies."""


class Mesh:
    """Knows callers by the header `X-Forwarded-Client-Cert`.

    The sidecar takes the header from callers without a certificate, and appends what it has seen
    itself to that of others: the last element is its own, whatever stands before it.

    Args:
        trust_domain: Of the mesh, such as `cluster.local`; identities of others count for nothing.
    """

    def __init__(self, trust_domain: str) -> None:
        self._trust_domain = trust_domain

    def subject(self, certificates: str) -> str | None:
        """Return whose certificate it was, as Kubernetes names ServiceAccounts."""
        found = ELEMENT.fullmatch(certificates.rpartition(",")[2])
        if found is None or found["domain"] != self._trust_domain:
            return None
        return f"system:serviceaccount:{found['namespace']}:{found['account']}"
