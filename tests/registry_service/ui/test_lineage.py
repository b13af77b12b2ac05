"""Where a version's run leads to."""

import pytest

from registry_service.domain.experiments import ExperimentRun
from registry_service.domain.overview import VersionOverview
from registry_service.domain.registration import VersionContent, VersionDetail, VersionDocument
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.ui.views import lineage_of
from tests.registry_service.running import settings_of


def overview(run: ExperimentRun | None) -> VersionOverview:
    """A version that names a run."""
    content = VersionContent(document=VersionDocument({"run_id": "a/b", "pipeline": "training"}))
    detail = VersionDetail(RegisteredModel(name="m"), ModelVersion(name="1"), [], content)
    return VersionOverview(detail, [], [], [], None, run=run)


@pytest.mark.parametrize(
    ("run", "kfp_url", "address"),
    [
        (ExperimentRun(id=7, name="a/b"), "https://kfp.example.com", "runs/7"),
        (None, "https://kfp.example.com/", "https://kfp.example.com/#/runs/details/a%2Fb"),
        (None, None, None),
    ],
)
def test_a_run_leads_to_the_registry_or_to_kfp(
    run: ExperimentRun | None, kfp_url: str | None, address: str | None
) -> None:
    """What the registry keeps of it counts more; without either it leads nowhere."""
    first, second = lineage_of(overview(run), kfp_url)
    assert (first.name, first.value, first.address) == ("Run", "a/b", address)
    assert second.address is None


def test_an_address_that_is_none_is_refused() -> None:
    """A page leads to no script."""
    with pytest.raises(Exception, match="REGISTRY_KFP_URL"):
        settings_of({"REGISTRY_KFP_URL": "javascript:alert(1)"})
