"""Objects of operators name what is there."""

from tests.manifests.rendering import Manifest, matching, of_kind, title


def test_certificates_have_their_issuer(rendered: list[Manifest]) -> None:
    """Each Certificate names an Issuer, and each authority a Certificate's Secret."""
    issuers = {issuer["metadata"]["name"] for issuer in of_kind(rendered, "Issuer")}
    certificates = of_kind(rendered, "Certificate")
    secrets = {certificate["spec"]["secretName"] for certificate in certificates}
    for certificate in certificates:
        assert certificate["spec"]["issuerRef"]["name"] in issuers, title(certificate)
    for issuer in of_kind(rendered, "Issuer"):
        if "ca" in issuer["spec"]:
            assert issuer["spec"]["ca"]["secretName"] in secrets, title(issuer)


def test_tls_is_used_once_there_is_a_certificate(rendered: list[Manifest]) -> None:
    """With a certificate the registry mounts it, is told of it, and is probed by HTTPS."""
    for certificate in of_kind(rendered, "Certificate"):
        if certificate["metadata"]["name"] != "kfp-tabular-registry":
            continue
        (registry,) = of_kind(rendered, "Deployment")
        pod = registry["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        secrets = {volume.get("secret", {}).get("secretName") for volume in pod["volumes"]}
        assert certificate["spec"]["secretName"] in secrets
        assert container["readinessProbe"]["httpGet"]["scheme"] == "HTTPS"
        (settings,) = [
            found["data"]
            for found in of_kind(rendered, "ConfigMap")
            if "REGISTRY_PORT" in found["data"]
        ]
        (mount,) = [mount for mount in container["volumeMounts"] if mount["name"] == "tls"]
        files = {value for key, value in settings.items() if key.startswith("REGISTRY_TLS_")}
        assert files == {f"{mount['mountPath']}/tls.crt", f"{mount['mountPath']}/tls.key"}


def test_monitors_find_a_service_and_its_port(rendered: list[Manifest]) -> None:
    """A ServiceMonitor selects one Service, by a port that it has, in the way that this speaks."""
    for monitor in of_kind(rendered, "ServiceMonitor"):
        labels = monitor["spec"]["selector"]["matchLabels"]
        (service,) = [
            service
            for service in of_kind(rendered, "Service")
            if labels.items() <= service["metadata"]["labels"].items()
        ]
        protocols = {port["name"]: port["appProtocol"] for port in service["spec"]["ports"]}
        for endpoint in monitor["spec"]["endpoints"]:
            assert protocols[endpoint["port"]] == endpoint.get("scheme", "http")


def test_routes_lead_to_a_service(rendered: list[Manifest]) -> None:
    """A VirtualService routes to a Service, on a port that it has."""
    ports = {
        service["metadata"]["name"]: {port["port"] for port in service["spec"]["ports"]}
        for service in of_kind(rendered, "Service")
    }
    for route in of_kind(rendered, "VirtualService"):
        for rule in route["spec"]["http"]:
            for target in rule["route"]:
                destination = target["destination"]
                assert destination["port"]["number"] in ports[destination["host"]]


def test_authorization_policies_guard_pods_with_a_sidecar(rendered: list[Manifest]) -> None:
    """An AuthorizationPolicy selects pods, and these get Istio's sidecar, which enforces it."""
    for policy in of_kind(rendered, "AuthorizationPolicy"):
        (pod,) = matching(rendered, policy["spec"]["selector"]["matchLabels"])
        assert pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "true"


def test_only_the_gateway_may_name_a_user(rendered: list[Manifest]) -> None:
    """Whoever is not the gateway is refused with a user header."""
    for policy in of_kind(rendered, "AuthorizationPolicy"):
        for rule in policy["spec"]["rules"]:
            if "from" in rule:
                assert all("ingressgateway" in p for p in rule["from"][0]["source"]["principals"])
            else:
                assert rule["when"] == [
                    {"key": "request.headers[kubeflow-userid]", "notValues": ["*"]}
                ]


def test_the_registry_behind_a_gateway_knows_it_and_proves_its_sidecar(
    rendered: list[Manifest],
) -> None:
    """The subject that speaks for users is the one that the policy lets in as the gateway."""
    for policy in of_kind(rendered, "AuthorizationPolicy"):
        (principal,) = policy["spec"]["rules"][0]["from"][0]["source"]["principals"]
        domain, _, namespace, _, account = principal.split("/")
        (settings,) = [
            f["data"] for f in of_kind(rendered, "ConfigMap") if "REGISTRY_PORT" in f["data"]
        ]
        assert settings["REGISTRY_TRUST_DOMAIN"] == domain
        subject = f"system:serviceaccount:{namespace}:{account}"
        assert settings["REGISTRY_GATEWAY_SUBJECT"] == subject
        (registry,) = of_kind(rendered, "Deployment")
        (container,) = registry["spec"]["template"]["spec"]["containers"]
        (sidecar,) = [item for item in container["env"] if item["name"] == "REGISTRY_SIDECAR"]
        assert "sidecar.istio.io/status" in sidecar["valueFrom"]["fieldRef"]["fieldPath"]


def test_a_sidecar_reaches_istiod(rendered: list[Manifest]) -> None:
    """Pods with a sidecar may call Istio's control plane, without which they never get ready."""
    if of_kind(rendered, "AuthorizationPolicy"):
        (policy,) = [
            found
            for found in of_kind(rendered, "NetworkPolicy")
            if found["metadata"]["name"] == "kfp-tabular-registry"
        ]
        ports = [port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]]
        assert 15012 in ports
