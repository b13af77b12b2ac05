"""The actions that the page of the audit log can be asked for."""

import re
from collections.abc import Iterator

from registry_service.domain.resources import Resource
from registry_service.ui.views import ACTIONS
from tests.environments import ROOT

NAMED = re.compile(r'"((?:version|alias|access)\.[a-z]+)"')
NOT_LOGGED = {"artifact", "metric history"}
"""What is only a kind of others, and what a run is its own record of."""


def _labels(of: type[Resource]) -> Iterator[str]:
    for kind in of.__subclasses__():
        yield kind.label
        yield from _labels(kind)


def test_every_action_that_is_logged_can_be_asked_for() -> None:
    """What the use cases do by name, and what is created and changed."""
    modules = (ROOT / "registry_service" / "service").glob("*.py")
    logged = {name for path in modules for name in NAMED.findall(path.read_text("utf-8"))}
    assert {"version.attach", "version.detach", "access.refuse"} <= logged
    labels = {*_labels(Resource)} - NOT_LOGGED
    assert {"registered model", "serve model"} <= labels
    logged |= {f"{label.replace(' ', '_')}.create" for label in labels}
    assert logged <= {*ACTIONS}
