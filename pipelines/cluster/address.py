"""Where Kubeflow Pipelines is and who asks, from options and the environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

import click

from pipelines.errors import UsageError

KFP_NAMESPACE: Final = "kubeflow"


@dataclass(frozen=True)
class Address:
    """Where Kubeflow Pipelines is, and who asks.

    Attributes:
        host: URL of ml-pipeline-ui or ml-pipeline; None forwards a port with kubectl.
        kfp_namespace: Namespace that KFP is installed in.
        namespace: Profile namespace of the runs, in a multi-user Kubeflow.
        token: Bearer token.
        cookies: Value of the Cookie header.
        ca_cert: File with the certificates that the server's is checked against.
    """

    host: str | None = None
    kfp_namespace: str = KFP_NAMESPACE
    namespace: str | None = None
    token: str | None = None
    cookies: str | None = None
    ca_cert: Path | None = None

    def options(self) -> str:
        """Return the options that name this address on a command line, without credentials."""
        given = {
            "--host": self.host,
            "--namespace": self.namespace,
            "--kfp-namespace": None if self.kfp_namespace == KFP_NAMESPACE else self.kfp_namespace,
            "--ca-cert": self.ca_cert,
        }
        return "".join(f" {option} {value}" for option, value in given.items() if value)

    @classmethod
    def taken_from(cls, values: dict[str, Any]) -> Self:
        """Take the values of `address_options` out of the values of a command.

        Raises:
            UsageError: The host is no URL, or the token's file is empty.
        """
        token_file: Path | None = values.pop("token_file")
        token = values.pop("token")
        if token is None and token_file:
            token = token_file.read_text("utf-8").strip()
            if not token:
                raise UsageError(f"--token-file {token_file} is empty")
        fields = ("host", "kfp_namespace", "namespace", "cookies", "ca_cert")
        given = {name: values.pop(name) for name in fields}
        return cls(**given | {"host": _checked(given["host"]), "token": token})


def address_options() -> list[click.Option]:
    """Make the options of every command that speaks to a cluster."""
    return [
        click.Option(
            ["--host"],
            envvar=["KFP_HOST", "KF_PIPELINES_ENDPOINT"],
            show_envvar=True,
            help="URL of KFP (ml-pipeline-ui or ml-pipeline); without it kubectl forwards a port.",
        ),
        click.Option(
            ["--namespace"],
            envvar="KFP_NAMESPACE",
            show_envvar=True,
            help="Your profile's namespace, in a multi-user Kubeflow.",
        ),
        click.Option(
            ["--kfp-namespace"],
            default=KFP_NAMESPACE,
            show_default=True,
            help="Namespace that KFP itself is installed in.",
        ),
        click.Option(
            ["--token"], envvar="KFP_TOKEN", show_envvar=True, help="Bearer token for KFP."
        ),
        click.Option(
            ["--token-file"],
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="File that holds the token.",
        ),
        click.Option(
            ["--cookies"],
            envvar="KFP_COOKIES",
            show_envvar=True,
            help="Cookies of a browser that is logged in to Kubeflow.",
        ),
        click.Option(
            ["--ca-cert"],
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="File with the certificates that vouch for the server.",
        ),
    ]


def _checked(host: str | None) -> str | None:
    if host is None:
        return None
    parts = urlsplit(host)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f"--host {host}: it should look like http://localhost:8080")
    return host.split("#")[0].rstrip("/")
