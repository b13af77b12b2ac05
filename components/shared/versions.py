"""The versions that a fitted object depends on."""

import platform
from importlib.metadata import version

from components.shared.image import VERSION

LIBRARIES = ("scikit-learn", "numpy", "pandas", "joblib")


def library_versions(*more: str) -> dict[str, str]:
    """Return the version of Python, of the libraries that fitted objects need, and of this package.

    Args:
        more: Further distributions to name, such as `lightgbm`.
    """
    versions = {name: version(name) for name in (*LIBRARIES, *more)}
    return {"python": platform.python_version(), **versions, "kfp-tabular": VERSION}
