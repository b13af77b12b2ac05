"""What a step really runs in: an image, or the Python of a machine."""

import os
import platform
from typing import Final

IMAGE_VARIABLE: Final = "KFP_TABULAR_IN_IMAGE"
"""Set in the images of steps, and nowhere else."""


def image_that_runs(image: str | None) -> str | None:
    """Return the image that a pipeline names, where the step runs in one; else None.

    A run on this machine may start its steps as processes, whatever image the pipeline names.
    """
    return image if os.environ.get(IMAGE_VARIABLE) else None


def environment() -> str:
    """Return what runs the step, such as `Python 3.12.3 on Linux x86_64, in no image`."""
    where = "in an image" if os.environ.get(IMAGE_VARIABLE) else "in no image"
    machine = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()} on {machine}, {where}"
