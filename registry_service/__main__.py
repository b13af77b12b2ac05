"""`python -m registry_service`: serve a registry on this machine."""

import argparse
import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from registry_service.errors import SettingsError, StorageError
from registry_service.server import run
from registry_service.settings import Settings, default_data_dir


def main(arguments: Sequence[str] | None = None, prog: str = "python -m registry_service") -> int:
    """Read the command line (by default this process's), serve, and return the exit code."""
    parser = argparse.ArgumentParser(prog=prog, description="Serve a registry on this machine.")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="TCP port (8080), 0 takes a free one")
    parser.add_argument("--data", type=Path, help=f"folder of the data ({default_data_dir()})")
    parser.add_argument(
        "--until-stdin-ends",
        action="store_true",
        help="end with standard input, as when the process that holds it has ended, however it did",
    )
    options = parser.parse_args(arguments)
    # At its end, Python looks for cycles in all that was ever imported: a quarter of a second.
    atexit.register(gc.freeze)
    if options.until_stdin_ends:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        run(Settings.read(host=options.host, port=options.port, data_dir=options.data))
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except StorageError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _end_with_stdin() -> None:
    # Not through sys.stdin, whose lock the interpreter wants at its end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
