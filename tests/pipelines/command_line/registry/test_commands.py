"""`kfp-tabular registry` against a running registry."""

import json
import uuid
from collections.abc import Callable
from getpass import getuser
from pathlib import Path

import pytest

from components.shared.digests import file_digest, folder_digest
from components.shared.registry.client import RegistryClient
from pipelines.command_line.main import main
from tests.pipelines.conftest import Done
from tests.registry_service.running import RunningRegistry, start_registry

Registry = Callable[..., Done]
COMMANDS = (
    *("list", "show", "compare", "promote", "rollback", "approve", "audit", "gc"),
    *(
        "unalias",
        "detach",
        "describe",
        "attach",
        "archive",
        "restore",
        "retain",
        "delete",
        "verify",
        "download",
        "serve",
    ),
)


def _register(client: RegistryClient, name: str, folder: Path, number: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "model.joblib").write_text(f"{name} {number}")
    body = {
        "model": {"name": name, "description": "who leaves [red]\x1b[31m"},
        "version": {
            "author": "me",
            "properties": {
                "estimator": "random_forest",
                "calibration": "sigmoid",
                "interval.roc_auc": f"{0.4871234567890123 + number / 8} to 0.9071234567890123",
                "metric": "roc_auc",
                "gate": "ROC AUC is surely better than a constant's.",
                "gateway": "ours",
                "rows.test": 1234 + number,
                "rows.of nothing": 7,
            },
        },
        "metrics": {"accuracy": 0.9, "roc_auc": 0.5 + number / 8},
        "datasets": [{"name": "test", "role": "test", "digest": f"{number:064}"}],
        "parameters": {"seed": 42, "depth": number},
        "aliases": ["challenger"],
    }
    client.register(body, folder, uuid.uuid4().hex)


@pytest.fixture(name="name")
def model_with_two_versions(registry_url: str, tmp_path: Path) -> str:
    """A model of this test alone, its second version the challenger."""
    name = f"churn-{uuid.uuid4().hex[:8]}"
    with RegistryClient(registry_url) as client:
        for number in (1, 2):
            _register(client, name, tmp_path / "model", number)
    return name


@pytest.fixture(name="run")
def command_line_in_this_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Registry:
    """`kfp-tabular registry …` in an empty folder, away from any registry of the environment."""
    for variable in ("REGISTRY_URL", "REGISTRY_TOKEN", "KFP_TABULAR_WORK_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(["registry", *arguments])
        output, errors = capsys.readouterr()
        return Done(int(ended.value.code or 0), output, errors)

    return run


@pytest.fixture(name="ask")
def command_line_with_url(run: Registry, registry_url: str) -> Registry:
    """The same with the URL of the running registry."""
    return lambda *arguments: run(*arguments, "--url", registry_url)


def test_models_are_listed_with_their_aliases(ask: Registry, name: str) -> None:
    """The table names each model's newest version and aliases; text cannot steer a terminal."""
    done = ask("list", "--limit", "1")
    assert name in done.output
    assert "challenger → 2" in done.output
    assert "random_forest" in done.output
    assert "who leaves [red]" in done.output
    assert "\x1b" not in done.output


def test_versions_are_listed_newest_first(ask: Registry, name: str) -> None:
    """The table of a model has a row per version."""
    rows = ask("list", name).output.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["2", "1"]
    assert "challenger" in rows[0]
    assert "random_forest" in rows[1]


def test_models_are_listed_with_the_metric_of_their_gate(ask: Registry, name: str) -> None:
    """That of the newest version, beside the estimator."""
    (row,) = (row for row in ask("list").output.splitlines() if row.startswith(name))
    assert "0.7500 roc_auc" in row


def test_lists_say_how_probabilities_were_calibrated(ask: Registry, name: str) -> None:
    """Beside the estimator, of all models and of all versions."""
    for page in (ask("list").output, ask("list", name).output):
        assert "random_forest, calibrated: sigmoid" in page


def test_lists_are_json_for_scripts(ask: Registry, name: str) -> None:
    """Both lists print JSON and nothing else."""
    (model,) = json.loads(ask("list", "--limit", "1", "--json").output)
    assert (model["name"], model["latest"]["name"]) == (name, "2")
    assert [alias["name"] for alias in model["aliases"]] == ["challenger"]
    versions = ask("list", name, "--json").json()["versions"]
    assert [version["number"] for version in versions] == [2, 1]


def test_a_version_is_shown(ask: Registry, name: str) -> None:
    """Metrics, parameters and files are on the page; the JSON has the whole digests."""
    page = ask("show", f"{name}@challenger").output
    metric = "0.7500  (0.7371 to 0.9071)"
    for part in (f"{name} version 2 (challenger)", "roc_auc", metric, "depth", "model.joblib"):
        assert part in page
    assert "interval.roc_auc" not in page
    assert page.index("roc_auc") < page.index("accuracy")
    assert "roc_auc    ROC AUC is surely better than a constant's." in page
    for part in ("1,236 rows", "gateway", "rows.of nothing", f"UTC by {getuser()}"):
        assert part in page
    shown = ask("show", f"{name}@1", "--json").json()
    assert (shown["version"], shown["metrics"], shown["deployments"]) == (
        *("1", {"accuracy": 0.9, "roc_auc": 0.625}),
        [],
    )
    assert len(shown["digest"]) == 64


def test_versions_are_compared(ask: Registry, name: str) -> None:
    """Metrics and what differs are shown side by side; what is the same only when asked for."""
    page = ask("compare", name, "1", "challenger").output
    assert "+0.1250" in page
    assert "depth" in page
    assert "seed" not in page
    assert "0.6250  (0.6121 to 0.9071)" in page
    assert "interval.roc_auc" not in page
    assert "tested on different rows" in page
    assert "seed" in ask("compare", name, "1", "2", "--all").output
    assert ask("compare", name, "1", "2", "--json").json()["parameters"]["depth"] == [1, 2]


def test_a_promotion_is_taken_back(ask: Registry, name: str) -> None:
    """The champion moves, returns, and the log knows why."""
    assert ask("promote", f"{name}@1").output == f"champion of {name}: version 1\n"
    moved = ask("promote", f"{name}@challenger", "--reason", "better in June")
    assert "version 1 → 2" in moved.output
    assert f"registry rollback {name} --alias champion" in moved.output
    assert "already" in ask("promote", f"{name}@2").output
    back = ask("rollback", name, "--reason", "worse", "--json").json()
    assert (back["before"], back["version"]) == ("2", "1")
    log = ask("audit", name, "--action", "alias.set").output
    assert "better in June" in log
    assert "worse" not in log
    (newest,) = json.loads(ask("audit", name, "--limit", "1", "--json").output)
    assert (newest["action"], newest["detail"]["reason"]) == ("alias.rollback", "worse")


def test_someone_else_was_faster(ask: Registry, name: str) -> None:
    """A champion other than the expected one stays where it is."""
    ask("promote", f"{name}@1")
    done = ask("promote", f"{name}@2", "--expected", "2")
    assert done.exit_code == 2
    assert "points to '1', not to '2'" in done.errors
    assert ask("promote", f"{name}@2", "--expected", "1").exit_code == 0


def test_an_approval_is_shown(ask: Registry, name: str) -> None:
    """The page of an approved version says so."""
    assert ask("approve", name, "--reason", "reviewed").exit_code == 0
    assert "approved" in ask("show", name).output
    assert "approved" not in ask("show", f"{name}@1").output


def test_an_approval_is_withdrawn(ask: Registry, name: str) -> None:
    """The version is as before it was approved."""
    ask("approve", f"{name}@1")
    assert "is not approved any more" in ask("approve", f"{name}@1", "--withdraw").output
    assert "approved" not in ask("show", f"{name}@1").output


def test_an_alias_is_removed(ask: Registry, name: str) -> None:
    """The way out that a refused archive names leads on."""
    refused = ask("archive", f"{name}@2")
    assert "kfp-tabular registry unalias" in refused.errors
    assert ask("unalias", name, "challenger", "--reason", "it lost").exit_code == 0
    assert ask("archive", f"{name}@2").exit_code == 0
    assert "it lost" in ask("audit", name, "--action", "alias.remove").output


def test_models_and_versions_are_described(ask: Registry, name: str) -> None:
    """Description, owner and tags; what is not named stays, and a tag can be taken away."""
    assert ask("describe", name, "--owner", "growth", "--tag", "tier=gold").exit_code == 0
    assert ask("describe", name, "--description", "who stays").exit_code == 0
    (found,) = (m for m in json.loads(ask("list", "--json").output) if m["name"] == name)
    assert (found["owner"], found["description"]) == ("growth", "who stays")
    assert found["properties"] == {"tier": "gold"}
    both = ("--tag", "seen=yes", "--untag", "estimator", "--description", "the second")
    assert ask("describe", f"{name}@2", *both).exit_code == 0
    shown = json.loads(ask("show", f"{name}@2", "--json").output)
    assert (shown["properties"]["seen"], shown["description"]) == ("yes", "the second")
    assert "estimator" not in shown["properties"]


def test_a_version_is_archived_and_restored(ask: Registry, name: str) -> None:
    """An archived version has no promotions; a champion is not archived."""
    assert "is archived" in ask("archive", f"{name}@1", "--reason", "superseded").output
    refused = ask("promote", f"{name}@1")
    assert (refused.exit_code, "restore it first" in refused.errors) == (2, True)
    assert "is live" in ask("restore", f"{name}@1").output
    assert ask("promote", f"{name}@1").exit_code == 0
    held = ask("archive", f"{name}@1")
    assert (held.exit_code, "alias 'champion'" in held.errors) == (2, True)


def test_a_retention_names_before_it_deletes(ask: Registry, name: str) -> None:
    """Archived versions beyond the newest ones go, when told so."""
    ask("archive", f"{name}@1")
    rule = ("retain", name, "--keep", "1", "--older-than-days", "0")
    assert f"1 of {name}: can be deleted" in ask(*rule).output
    assert ask(*rule, "--delete", "--json").json()["versions"][0]["name"] == "1"
    assert f"no version of {name}" in ask(*rule).output


def test_a_version_is_verified(ask: Registry, name: str, registry: RunningRegistry) -> None:
    """A damaged file is named, and the exit code tells scripts."""
    assert "sound" in ask("verify", name).output
    sha256 = ask("show", name, "--json").json()["files"]["model.joblib"]
    (registry.data / "blobs" / sha256[:2] / sha256).write_text("damaged")
    done = ask("verify", name)
    assert (done.exit_code, "damaged" in done.output) == (1, True)
    assert f"{name} version 2 is not whole" in done.errors


def test_a_version_is_deleted(ask: Registry, name: str) -> None:
    """A version that nothing points to goes; asked for again, it is said who deleted it and why."""
    assert "is deleted" in ask("delete", f"{name}@1", "--reason", "leaked the target").output
    assert "leaked the target" in ask("show", f"{name}@1").errors


def test_garbage_is_counted_first(ask: Registry) -> None:
    """Nothing is deleted without being told so."""
    assert ask("gc", "--json").json()["dry_run"] is True
    assert "unreferenced" in ask("gc").output
    assert "deleted" in ask("gc", "--delete").output


def test_a_version_is_downloaded(ask: Registry, name: str, tmp_path: Path) -> None:
    """The folder holds the registered files and nothing else; it is never written over."""
    done = ask("download", f"{name}@2", "copy/of it")
    assert folder_digest(tmp_path / "copy" / "of it") in done.output
    assert folder_digest("copy/of it") == folder_digest("model")
    again = ask("download", f"{name}@1", "copy/of it")
    assert again.exit_code == 2
    assert "is not empty" in again.errors
    assert folder_digest("copy/of it") == folder_digest("model")


def test_evidence_is_attached_shown_downloaded_and_verified(
    ask: Registry, name: str, tmp_path: Path
) -> None:
    """A file about a version is beside it: its own digest, and no part of the version's."""
    before = ask("show", f"{name}@2", "--json").json()["digest"]
    assert "has no evidence" in ask("download", f"{name}@2", "copy", "--evidence").errors
    (tmp_path / "model-card.md").write_text(f"# {name}")
    assert "say which version" in ask("attach", name, "model-card.md").errors
    assert "has model-card.md" in ask("attach", f"{name}@2", "model-card.md").output
    page = ask("show", f"{name}@2").output
    assert f"kfp-tabular registry download {name}@2 --evidence DIR" in page
    shown = ask("show", f"{name}@2", "--json").json()
    assert shown["evidence"] == {"model-card.md": file_digest(tmp_path / "model-card.md")}
    assert (shown["digest"], [*shown["files"]]) == (before, ["model.joblib"])
    assert ask("download", f"{name}@2", "copy", "--evidence").exit_code == 0
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["model-card.md"]
    assert "model-card.md (evidence)" in ask("verify", f"{name}@2").output
    assert "version.attach" in ask("audit", name).output
    assert "has no model-card.md any more" in ask("detach", f"{name}@2", "model-card.md").output
    assert "has no evidence 'none.md'" in ask("detach", f"{name}@2", "none.md").errors
    assert "evidence" not in ask("show", f"{name}@2").output


def test_all_or_none_of_the_named_evidence_is_detached(
    ask: Registry, name: str, tmp_path: Path
) -> None:
    """A name that is misspelt is found before the first one is gone, and the right ones told."""
    for file in ("a.md", "b.md"):
        (tmp_path / file).write_text(file)
    ask("attach", f"{name}@2", "a.md", "b.md")
    done = ask("detach", f"{name}@2", "a.md", "c.md")
    assert done.exit_code == 2
    assert "has no evidence 'c.md', and nothing was taken from it. It has: a.md, b.md" in (
        " ".join(done.errors.split())
    )
    assert [*ask("show", f"{name}@2", "--json").json()["evidence"]] == ["a.md", "b.md"]
    assert "has no a.md any more" in ask("detach", f"{name}@2", "a.md", "b.md", "a.md").output
    assert ask("show", f"{name}@2", "--json").json()["evidence"] == {}


def test_evidence_of_one_name_is_not_lost(ask: Registry, name: str, tmp_path: Path) -> None:
    """Two files of one name, capitals aside, are named both, and neither is attached."""
    for path in ("a/card.md", "b/Card.md"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(path)
    done = ask("attach", f"{name}@2", "a/card.md", "b/Card.md")
    assert done.exit_code == 2
    assert "a/card.md and b/Card.md would both be 'card.md'" in done.errors
    assert ask("show", f"{name}@2", "--json").json()["evidence"] == {}


def test_a_broken_download_leaves_nothing(run: Registry, tmp_path: Path) -> None:
    """A file that was damaged in the store is refused, and its healthy neighbour is not kept."""
    registry = start_registry(tmp_path / "data")
    try:
        damaged = tmp_path / "model" / "weights.bin"
        damaged.parent.mkdir()
        damaged.write_bytes(b"weights")
        with RegistryClient(registry.url) as client:
            _register(client, "churn", tmp_path / "model", 1)
        blob = next((registry.data / "blobs").rglob(file_digest(damaged)))
        blob.chmod(0o600)
        blob.write_bytes(blob.read_bytes()[::-1])
        done = run("download", "churn", "copy", "--url", registry.url)
    finally:
        registry.stop()
    assert done.exit_code == 1
    assert "weights.bin" in done.errors
    assert list((tmp_path / "copy").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "{name}@chalenger"), "did you mean {name}@challenger?"),
        (("show", "@champion"), "names no model"),
        (("list", "{name}-x"), "there is no model"),
        (("compare", "{name}", "1"), "two versions"),
        (("compare", "{name}", "1", "7"), "'7'"),
        (("promote", "{name}", "--alias", "latest"), "latest"),
        (("promote", "{name}", "--alias", "1st"), "starts with a letter"),
        (("rollback", "{name}"), "no earlier version"),
        (("delete", "{name}"), "{name}@VERSION"),
        (("unalias", "{name}", "champion"), "no alias 'champion'"),
        (("describe", "{name}"), "--description, --owner, --tag or --untag"),
        (("describe", "{name}", "--tag", "x"), "NAME=VALUE"),
        (("describe", "{name}@2", "--owner", "x"), "a version has no owner"),
        (("archive", "{name}"), "{name}@VERSION"),
        (("delete", "{name}@2"), "challenger"),
        (("download", "{name}@9", "copy"), "no {name}@9"),
        (("download", "{name}", "model/model.joblib/copy"), "cannot write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_is_one_clear_error(
    ask: Registry, name: str, arguments: tuple[str, ...], told: str
) -> None:
    """What the user got wrong is said once, with exit code 2."""
    done = ask(*(argument.format(name=name) for argument in arguments))
    assert done.exit_code == 2
    assert done.errors.startswith("error: ")
    assert told.format(name=name) in done.errors
    assert done.output == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(run: Registry, command: str) -> None:
    """Every command's help has an example of itself."""
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"kfp-tabular registry {command}" in done.output.split("Examples:")[1]


def test_the_group_lists_every_command(run: Registry) -> None:
    """The commands tested here are all there are, and no summary is cut short."""
    listed = run("--help").output.split("Commands:\n")[1].split("\n\n")[0]
    assert sorted(line.split()[0] for line in listed.splitlines()) == sorted(COMMANDS)
    assert "..." not in listed
