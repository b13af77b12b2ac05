"""Putting compiled pipelines into KFP from the command line."""

from pathlib import Path

from pipelines.cluster.uploading import version_name
from pipelines.definition import catalog
from tests.pipelines.conftest import CommandLine
from tests.pipelines.fake_kfp import FakeKfp


def test_a_pipeline_is_there_as_it_was_compiled(kfp: FakeKfp, on_cluster: CommandLine) -> None:
    """What the dashboard starts is the committed YAML, under a name that tells its version."""
    done = on_cluster("upload", "training")
    assert done.exit_code == 0, done.errors
    (version,) = kfp.versions
    assert version.pipeline_spec["pipelineInfo"]["name"] == "training"
    assert f"#/pipelines/details/{version.pipeline_id}/version/" in done.output


def test_without_a_name_all_pipelines_are_uploaded(kfp: FakeKfp, on_cluster: CommandLine) -> None:
    """Every pipeline of the package is put into KFP."""
    on_cluster("upload")
    assert {each.name for each in kfp.pipelines.values()} == set(catalog.pipeline_names())


def test_the_same_content_is_uploaded_once(kfp: FakeKfp, on_cluster: CommandLine) -> None:
    """Repeated, nothing is there twice, and it is said."""
    on_cluster("upload", "training")
    done = on_cluster("upload", "training")
    assert len(kfp.versions) == 1
    assert "is there already" in done.output


def test_an_unknown_pipeline_is_a_mistake(kfp: FakeKfp, on_cluster: CommandLine) -> None:
    """A name that is nearly one suggests that, and nothing is sent."""
    done = on_cluster("upload", "trainning")
    assert (done.exit_code, "did you mean training?" in done.errors) == (2, True)
    assert not kfp.seen


def test_other_content_has_another_name(tmp_path: Path) -> None:
    """A version's name changes with the YAML and with the commit."""
    package, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    package.write_text("a")
    other.write_text("b")
    names = {version_name(package, "c" * 40), version_name(other, "c" * 40)}
    assert len(names | {version_name(package, "d" * 40), version_name(package, None)}) == 4
