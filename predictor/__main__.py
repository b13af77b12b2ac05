"""`python -m predictor`: serve one version of a model."""

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from components.shared.errors import ComponentError, InputError
from predictor.errors import NotServableError, SettingsError
from predictor.fetching import from_folder, from_registry
from predictor.launching import serve
from predictor.settings import Settings
from predictor.versions import Origin

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line (by default this process's), serve, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.read(host=options.host, port=options.port)
        with ExitStack() as stack:
            return serve(_origin(options, stack), settings)
    except (SettingsError, InputError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except (NotServableError, ComponentError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m predictor", description="Serve one version of a model over HTTP."
    )
    parser.add_argument(
        "--model",
        metavar="NAME[@VERSION]",
        help="model in the registry that REGISTRY_URL names, with the token in REGISTRY_TOKEN, and "
        "which version of it has the digest; with --folder, the names that it is served under",
    )
    parser.add_argument("--digest", help="SHA-256 of the version, as the registry shows it")
    parser.add_argument("--folder", type=Path, help="folder of a model, instead of the registry")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="TCP port (8080), 0 takes a free one")
    return parser


def _origin(options: argparse.Namespace, stack: ExitStack) -> Origin:
    """Return the version that the command line names, its files at hand as long as the stack is.

    Raises:
        SettingsError: It names none.
    """
    if options.digest is not None and not _DIGEST.fullmatch(options.digest):
        raise SettingsError(f"--digest is 64 hexadecimal digits, not {options.digest!r}")
    if options.folder is not None:
        return from_folder(options.folder, options.model, options.digest)
    if options.model is None or options.digest is None:
        raise SettingsError(
            "say what to serve: --model NAME --digest SHA256 of a registered version, or --folder"
        )
    from components.shared.registry.reader import RegistryReader

    folder = Path(stack.enter_context(TemporaryDirectory(prefix="kfp-tabular-model-")))
    with RegistryReader.from_environment() as registry:
        return from_registry(registry, options.model, options.digest, folder / "model")


if __name__ == "__main__":
    sys.exit(main())
