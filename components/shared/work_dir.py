"""Where this machine keeps what runs and serves on it."""

from pathlib import Path
from typing import Final

WORK_DIR: Final = Path(".kfp-tabular")
WORK_DIR_VARIABLE: Final = "KFP_TABULAR_WORK_DIR"
"""What names another folder for the runs, the registry and the deployments of this machine."""
