"""What can be wrong with `--runner docker` before any container starts."""

from pathlib import Path

from tests.pipelines.conftest import CommandLine

RUN = ("run", "training", "--source", "t.csv", "--target", "y", "--runner", "docker")


def test_an_engine_that_does_not_answer_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """Without a container engine the run ends before its first step, and says what to do."""
    done = command_line(*RUN, DOCKER_HOST=f"unix://{tmp_path}/no-engine")
    assert done.exit_code == 2
    assert "needs a container engine, and none answers: start docker" in done.errors
    assert "Traceback" not in done.errors


def test_a_network_needs_a_registry_on_it(command_line: CommandLine) -> None:
    """Containers on a network of their own cannot reach the registry that a run starts here."""
    done = command_line(*RUN, "--docker-network", "tests")
    assert done.exit_code == 2
    assert "name one on that network in REGISTRY_URL" in done.errors
