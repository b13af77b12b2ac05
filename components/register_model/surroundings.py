"""What a step really runs in."""

import os
import platform

from components.shared.step_run import IMAGE_VARIABLE


def environment() -> str:
    """Return what runs the step, such as `Python 3.12.3 on Linux x86_64, in no image`."""
    where = "in an image" if os.environ.get(IMAGE_VARIABLE) else "in no image"
    machine = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()} on {machine}, {where}"
