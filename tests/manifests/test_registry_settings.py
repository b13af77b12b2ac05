"""The registry understands what the manifests tell it."""

import asyncio
import base64
from pathlib import Path

import pytest

from registry_service.access.access_file import WatchedAccessFile
from registry_service.domain.access import Role
from registry_service.settings import PREFIX, Settings
from tests.manifests.conftest import need
from tests.manifests.rendering import OVERLAYS, Manifest, of_kind, render
from tests.registry_service.running import settings_of

KNOWN = {PREFIX + name.upper() for name in Settings.model_fields} | {"AWS_CA_BUNDLE"}
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "REGISTRY_SIDECAR": "injected"}
"""What the Secret adds, and the injector of a sidecar."""


def _settings(rendered: list[Manifest]) -> dict[str, str]:
    """Return the variables that the registry's pod gets from its ConfigMap."""
    found: dict[str, str] = {}
    for manifest in of_kind(rendered, "ConfigMap"):
        if manifest["metadata"]["name"].startswith("kfp-tabular-registry"):
            found.update(manifest["data"])
    return found


def test_every_setting_is_one_of_the_registrys(rendered: list[Manifest]) -> None:
    """No variable is misspelt or gone: each is a setting of the service."""
    assert _settings(rendered).keys() <= KNOWN


def test_the_registry_accepts_its_settings(rendered: list[Manifest]) -> None:
    """The service would listen to its network with these settings, on the port of its pod."""
    variables = _settings(rendered)
    if not variables:
        return
    settings = settings_of(variables | KEYS)
    settings.check()
    assert settings.host == "0.0.0.0"  # noqa: S104 - a pod's own address
    (registry,) = of_kind(rendered, "Deployment")
    pod = registry["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert [port["containerPort"] for port in container["ports"]] == [settings.port]
    mounts = {Path(mount["mountPath"]) for mount in container["volumeMounts"]}
    assert settings.access_file is not None
    assert settings.access_file.parent in mounts


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_keeps_the_bytes_in_a_store(checkout: Path, overlay: str) -> None:
    """The registry's files never lie in its pod, which may be replaced at any time."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    rendered = render(checkout / "manifests" / "overlays" / overlay)
    settings = settings_of(_settings(rendered) | KEYS)
    assert settings.s3_endpoint
    assert settings.s3_bucket


@pytest.fixture
def local(checkout: Path) -> list[Manifest]:
    """What the overlay for a laptop renders to."""
    need("kubectl", "https://kubernetes.io/docs/tasks/tools/")
    return render(checkout / "manifests" / "overlays" / "local")


def _secret(rendered: list[Manifest], namespace: str, name: str) -> dict[str, str]:
    """Return the decoded content of a Secret."""
    (secret,) = [
        found["data"]
        for found in of_kind(rendered, "Secret")
        if (found["metadata"]["namespace"], found["metadata"]["name"]) == (namespace, name)
    ]
    return {key: base64.b64decode(value).decode() for key, value in secret.items()}


def test_the_token_of_the_steps_makes_them_writers(local: list[Manifest], tmp_path: Path) -> None:
    """The registry knows the token that steps are given, and lets it write."""
    access = _secret(local, "kfp-tabular", "kfp-tabular-registry-access")["access.json"]
    (tmp_path / "access.json").write_text(access, "utf-8")
    known = WatchedAccessFile(tmp_path / "access.json")
    token = _secret(local, "kubeflow", "kfp-tabular")["REGISTRY_TOKEN"]
    subject = asyncio.run(known.subject(token))
    known.identity(str(subject)).require_everywhere(Role.WRITER)


def test_the_keys_of_the_store_are_those_that_the_set_up_makes(local: list[Manifest]) -> None:
    """MinIO, the registry and the steps agree on the accounts, and the databases on a password."""
    minio = _secret(local, "kfp-tabular", "kfp-tabular-minio")
    steps = _secret(local, "kubeflow", "kfp-tabular")
    assert minio["TABLES_ACCESS_KEY"] == steps["AWS_ACCESS_KEY_ID"]
    assert minio["TABLES_SECRET_KEY"] == steps["AWS_SECRET_ACCESS_KEY"]
    registry = _secret(local, "kfp-tabular", "kfp-tabular-registry")
    password = _secret(local, "kfp-tabular", "kfp-tabular-postgresql")["POSTGRES_PASSWORD"]
    assert f":{password}@kfp-tabular-postgresql:5432/" in registry["REGISTRY_DATABASE_URL"]
