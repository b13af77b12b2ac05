"""The fake KFP refuses what the real one refuses, in its words."""
# mypy: disable-error-code="import-untyped"

from typing import Any

import kfp_server_api
import pytest

from pipelines.cluster.address import Address
from pipelines.cluster.connection import connected
from pipelines.cluster.errors import RefusedError
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from tests.pipelines.fake_kfp import FakeKfp

ARGUMENTS = {"source": "s3://tables/churn.parquet", "target": "churned", "model_name": "churn"}
REFUSED = {
    "a null": (
        {"estimator": None},
        "input parameter estimator requires type string, but the input parameter is not of string "
        "value type",
    ),
    "a text for a number": ({"test_size": "0.2"}, "test_size requires type double or integer"),
    "a truth for a number": ({"seed": True}, "seed requires type double or integer"),
    "a text for a list": ({"drop_columns": "id"}, "drop_columns requires type list"),
    "one that is unknown": (
        {"estimater": "ridge"},
        "parameter(s) provided are not required by pipeline: estimater",
    ),
    "one that is missing": (
        {"target": ...},
        "parameter target is not optional, yet has neither default value nor user provided value",
    ),
}


@pytest.mark.parametrize("scheduled", [False, True])
@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=list(REFUSED))
def test_inputs_are_refused(
    kfp: FakeKfp, change: dict[str, Any], said: str, scheduled: bool
) -> None:
    """Of a run and of a schedule alike: a null is no way to leave an input out."""
    given = {name: value for name, value in (ARGUMENTS | change).items() if value is not ...}
    package = PipelinePackage.read(catalog.pipeline_yaml("training"))
    with connected(Address(kfp.url)) as connection:
        asked = {
            "experiment_id": connection.experiment_id("e"),
            "pipeline_spec": package.body(),
            "runtime_config": kfp_server_api.V2beta1RuntimeConfig(parameters=given),
        }
        if scheduled:
            cron = kfp_server_api.V2beta1CronSchedule(cron="0 0 2 * * *")
            trigger = kfp_server_api.V2beta1Trigger(cron_schedule=cron)
            made = kfp_server_api.V2beta1RecurringRun(**asked, trigger=trigger)
            create = connection.recurring_runs.recurring_run_service_create_recurring_run
        else:
            made = kfp_server_api.V2beta1Run(**asked)
            create = connection.runs.run_service_create_run
        with pytest.raises(RefusedError) as caught:
            connection.call("start it", create, made)
    assert caught.value.status == 400
    assert said in str(caught.value)
    assert not kfp.runs
