"""Which registry a command speaks to, and how its refusals reach the user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from components.shared.errors import ComponentError, InputError, RegistryRefusalError
from components.shared.registry.client import URL_VARIABLE, RegistryClient
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.errors import RegistryCallError, UsageError

# Someone waits at the terminal: a registry that is down is told after a second or two.
RETRIES: Final = 2
DAMAGED: Final = "corrupt_blob"

url_option = click.option(
    "--url",
    envvar=URL_VARIABLE,
    show_envvar=True,
    help="URL of the registry; without one, the registry of `kfp-tabular run` on this machine.",
)


@contextmanager
def connected_registry(url: str | None, data: Path | None = None) -> Iterator[RegistryClient]:
    """Yield a client of the registry at `url`, or of this machine's, which runs meanwhile.

    Args:
        url: The registry.
        data: Folder of that of this machine; by default the usual one.

    Raises:
        UsageError: There is no registry to speak to, or it refused what was asked of it.
        RegistryCallError: It could not be reached, or failed.
    """
    with nullcontext(url) if url else _registry_of_this_machine(data) as address:
        try:
            with RegistryClient.from_environment(address, RETRIES) as client:
                yield client
        except RegistryRefusalError as refusal:
            broken = refusal.status >= 500 or refusal.code == DAMAGED
            raise (RegistryCallError if broken else UsageError)(str(refusal)) from refusal
        except InputError as error:
            raise UsageError(str(error)) from error
        except ComponentError as error:
            raise RegistryCallError(str(error)) from error


def local_data() -> Path | None:
    """Return the folder of the registry that `kfp-tabular run` keeps here, if there is one."""
    data = Path(os.environ.get(WORK_DIR_VARIABLE) or WORK_DIR).resolve() / "registry"
    return data if data.is_dir() else None


def shown(path: Path) -> Path:
    """Return a path as short as it can be read from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@contextmanager
def _registry_of_this_machine(data: Path | None) -> Iterator[str]:
    from pipelines.local.registry import local_registry

    data = data or local_data()
    if data is None:
        raise UsageError(
            f"there is no registry to ask: give --url http://host:port or set {URL_VARIABLE}. "
            "`kfp-tabular run training` also keeps one, in .kfp-tabular/registry of the folder "
            "that it runs in."
        )
    note = f"· registry on this machine, its files in {shown(data)}"
    Console(stderr=True).print(note, style="dim", highlight=False, soft_wrap=True, markup=False)
    with local_registry(data, data.with_suffix(".log")) as url:
        yield url
