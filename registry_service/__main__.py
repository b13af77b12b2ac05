"""`python -m registry_service`: serve a registry on this machine."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from registry_service.server import run
from registry_service.settings import Settings, SettingsError, default_data_dir


def main(arguments: Sequence[str] | None = None, prog: str = "python -m registry_service") -> int:
    """Read the command line (by default this process's), serve, and return the exit code."""
    parser = argparse.ArgumentParser(prog=prog, description="Serve a registry on this machine.")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="TCP port (8080), 0 takes a free one")
    parser.add_argument("--data", type=Path, help=f"folder of the data ({default_data_dir()})")
    options = parser.parse_args(arguments)
    try:
        run(Settings.from_env(host=options.host, port=options.port, data_dir=options.data))
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
