"""The settings."""

from pathlib import Path

import pytest

from registry_service.errors import SettingsError
from registry_service.settings import Settings, default_data_dir
from tests.registry_service.running import settings_of


def test_the_environment_sets_every_kind_of_field() -> None:
    """Numbers, paths and sets are read; what is not ours is left alone."""
    env = {
        "REGISTRY_PORT": "9000",
        "REGISTRY_DATA": "/srv/data",
        "REGISTRY_PROTECTED_ALIASES": "champion, production",
        "REGISTRY_TOKEN": "the client's",
    }
    settings = settings_of(env)
    assert settings.port == 9000
    assert settings.data_dir == Path("/srv/data")
    assert settings.protected_aliases == {"champion", "production"}


def test_the_command_line_wins() -> None:
    """What was given there is taken; None means not given."""
    settings = settings_of({"REGISTRY_PORT": "9000"}, port=9001, host=None)
    assert (settings.port, settings.host) == (9001, "127.0.0.1")


def test_the_port_that_kubernetes_sets_is_not_ours() -> None:
    """Beside a Service named `registry`, a pod has REGISTRY_PORT=tcp://…."""
    assert settings_of({"REGISTRY_PORT": "tcp://10.0.0.1:8080"}).port == 8080


def test_a_bad_number_is_named() -> None:
    """The variable stands in the message."""
    with pytest.raises(SettingsError, match="REGISTRY_THREADS"):
        settings_of({"REGISTRY_THREADS": "many"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "registry.example.org"])  # noqa: S104
def test_strangers_are_not_served_without_authentication(host: str) -> None:
    """An address that others reach is refused, with a way to configure access."""
    with pytest.raises(SettingsError, match="REGISTRY_ACCESS_FILE"):
        Settings(host=host).check()
    Settings(host=host, access_file=Path("access.json")).check()


def test_certificates_of_callers_need_a_sidecar() -> None:
    """Without a sidecar in the pod the registry does not start to believe them."""
    known = Settings(access_file=Path("access.json"), trust_domain="cluster.local")
    with pytest.raises(SettingsError, match="REGISTRY_SIDECAR is empty"):
        known.check()
    known.model_copy(update={"sidecar": '{"containers": ["istio-proxy"]}'}).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_is_served(host: str) -> None:
    """A loopback address needs no set-up."""
    Settings(host=host).check()


def test_data_lie_where_the_xdg_specification_says() -> None:
    """XDG_DATA_HOME moves them."""
    assert default_data_dir({"XDG_DATA_HOME": "/x"}) == Path("/x/kfp-tabular/registry")
