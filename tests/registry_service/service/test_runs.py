"""Looking at runs."""

import pytest

from registry_service.domain import limits
from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.paging import ListQuery
from registry_service.service.runs import Runs
from tests.registry_service.service.use_cases import ADA, UseCases


def test_more_experiments_than_are_shown_together_hide_no_run(
    registry: UseCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are to choose from, and the runs of others are found by their names."""
    for name in "abcde":
        experiment = registry.resources.create(ADA, Experiment(name=name))
        run = ExperimentRun(name=f"run {name}", experiment_id=experiment.id)
        registry.resources.create(ADA, run)
    monkeypatch.setattr(limits, "TOGETHER", 2)
    monkeypatch.setattr(limits, "PAGE", 2)
    for asked, runs in (("", ["run e", "run d"]), ("a", ["run a"]), ("none", [])):
        page, newest = Runs(registry.database).page(ADA, ListQuery(descending=True), "", asked)
        assert [each.run.name for each in page.items] == runs
        assert [each.name for each in newest] == ["e", "d"]
