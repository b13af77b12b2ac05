"""The cores that a step in a container goes by."""

import docker
import pytest

from tests.integration.containers.engine import COMPONENTS_IMAGE, run

CORES = "from components.shared.models.threads import allowed_cores; print(allowed_cores())"
ONE_CORE = 10**9
"""The quota of `docker run --cpus 1`, in billionths of a core."""


@pytest.mark.parametrize("options", [{"nano_cpus": ONE_CORE}, {"cpuset_cpus": "0"}])
def test_a_quota_or_a_set_of_cores_counts(
    engine: docker.DockerClient, options: dict[str, object]
) -> None:
    """Not the machine's cores are what a fit shares its work among, but those it is given."""
    assert int(run(engine, COMPONENTS_IMAGE, ["python", "-c", CORES], **options)) == 1
