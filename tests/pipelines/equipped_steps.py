"""A pipeline of two steps that have what the cluster's table says, one of them by its name."""
# mypy: disable-error-code="untyped-decorator, no-untyped-def"

from kfp import dsl

from components.shared.image import IMAGE
from pipelines.definition.needs import equip
from tests.pipelines.two_steps import check_rows


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def ingest_table(rows: int) -> int:
    """Stand in for the component of this name."""
    return rows


@dsl.pipeline(name="equipped-steps")
def equipped_steps(rows: int, failure: str = "none"):
    """Ingest, then check."""
    ingested = ingest_table(rows=rows)
    checked = check_rows(rows=ingested.outputs["Output"], failure=failure)
    for step in (ingested, checked):
        equip(step)
