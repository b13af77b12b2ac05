"""A pipeline of two steps, one that has what a component of its name needs."""
# mypy: disable-error-code="untyped-decorator, no-untyped-def"

from kfp import dsl

from components.shared.image import IMAGE
from components.shared.needs import MINUTE, Bounds, Needs
from pipelines.definition.needs import equip
from tests.pipelines.two_steps import check_rows

MODEST = Needs(
    cpu=Bounds("100m", "1"),
    memory=Bounds("128Mi", "256Mi"),
    seconds=MINUTE,
    retries=0,
    registry=False,
    store=False,
    tracking=None,
    serving=False,
    libraries=frozenset(),
    later=frozenset(),
)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def ingest_table(rows: int) -> int:
    """Stand in for the component of this name."""
    return rows


@dsl.pipeline(name="equipped-steps")
def equipped_steps(rows: int, failure: str = "none"):
    """Ingest, then check."""
    ingested = ingest_table(rows=rows)
    checked = check_rows(rows=ingested.outputs["Output"], failure=failure)
    equip(ingested)
    equip(checked, MODEST)
