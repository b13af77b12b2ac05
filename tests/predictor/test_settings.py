"""How the server is configured."""

import pytest

from predictor.errors import SettingsError
from predictor.settings import Settings


def test_what_is_given_counts_more_than_the_environment() -> None:
    """The command line wins, the environment follows, then the defaults."""
    environment = {"PREDICTOR_PORT": "9000", "PREDICTOR_MAX_ROWS": "5", "PREDICTOR_TOKEN": ""}
    settings = Settings.read(environment, port=9001, host=None)
    assert (settings.port, settings.max_rows) == (9001, 5)
    assert (settings.host, settings.token) == ("127.0.0.1", None)


def test_a_service_of_kubernetes_does_not_set_the_port() -> None:
    """Beside a Service named predictor the variable holds an address."""
    assert Settings.read({"PREDICTOR_PORT": "tcp://10.0.0.1:80"}).port == 8080


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PREDICTOR_PORT", "http"),
        ("PREDICTOR_PORT", "65536"),
        ("PREDICTOR_MAX_ROWS", "0"),
        ("PREDICTOR_MAX_BYTES", "1.5"),
        ("PREDICTOR_REQUEST_SECONDS", "nan"),
        ("PREDICTOR_TOKEN", "short"),
        ("PREDICTOR_TOKEN", "two words of a token"),
        ("PREDICTOR_LOG_LEVEL", "loud"),
        ("PREDICTOR_LARGE_BATCHES", "onnx"),
        ("PREDICTION_LOG_SAMPLE", "2"),
    ],
)
def test_a_value_that_cannot_be_is_named(variable: str, value: str) -> None:
    """The message names the variable, and shows no token."""
    with pytest.raises(SettingsError, match=variable) as error:
        Settings.read({variable: value})
    assert "TOKEN" not in variable or value not in str(error.value)


def test_a_token_is_not_shown() -> None:
    """What prints the settings does not print the token."""
    assert "secret" not in repr(Settings(token="a-secret-of-sixteen"))
