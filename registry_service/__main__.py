"""`python -m registry_service`: serve a registry on this machine."""

import argparse
import sys
from pathlib import Path

from registry_service.server import run
from registry_service.settings import Settings, SettingsError, default_data_dir


def main() -> int:
    """Read the command line, serve, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m registry_service", description=__doc__)
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="TCP port (8080), 0 takes a free one")
    parser.add_argument("--data", type=Path, help=f"folder of the data ({default_data_dir()})")
    options = parser.parse_args()
    try:
        run(Settings.from_env(host=options.host, port=options.port, data_dir=options.data))
    except SettingsError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
