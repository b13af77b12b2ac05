"""A pipeline of two steps, the second of which fails as it is told to."""

from kfp import dsl
from kfp.dsl import HTML, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def write_report(report: Output[HTML], rows: int, note: str = "") -> int:
    """Write a report."""
    from pathlib import Path

    Path(report.path).write_text(f"<p>{rows} {note}</p>")
    report.metadata["rows"] = rows
    return rows + 1


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def check_rows(rows: int, failure: str):
    """Fail as told."""
    import errno
    import os

    from components.shared.errors import InputError, RegistryError
    from components.shared.step import step_body

    if failure == "defect":
        raise KeyError("rows")
    with step_body():
        if failure == "input":
            raise InputError(f"{rows} rows are too many\nof them, use fewer")
        if failure == "registry":
            raise RegistryError("the registry is down")
        if failure == "disk":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    print("fine")


@dsl.pipeline(name="two-steps")
def two_steps(rows: int, failure: str = "none", note: str = ""):
    """Write, then check."""
    written = write_report(rows=rows, note=note)
    with dsl.If(written.outputs["Output"] > 0):
        check_rows(rows=written.outputs["Output"], failure=failure)
