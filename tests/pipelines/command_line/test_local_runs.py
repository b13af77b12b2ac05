"""What `kfp-tabular runs` tells of the runs of this machine."""

import os
import re
import signal
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines.command_line.main import main
from pipelines.local.history import LocalRun, find_run, new_run_folder
from tests.pipelines.conftest import Done, kfp_tabular

NOBODY = 2**22 + 1
"""No process has this id: it is above what Linux gives."""


@pytest.fixture(name="folder", scope="module")
def folder_of_two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that succeeded, and a newer one that failed."""
    folder = tmp_path_factory.mktemp("history")
    (folder / "ok.csv").write_text("x,y\n" + "1,a\n2,b\n" * 40, "utf-8")
    kfp_tabular("run", "training", "--source", "ok.csv", "--target", "y", folder=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever).start()
        absent = f"http://127.0.0.1:{server.server_port}/absent.csv?X-Amz-Signature=abc"
        kfp_tabular("run", "training", "--source", absent, "--target", "y", folder=folder)
        server.shutdown()
    return folder


@pytest.fixture(name="listed")
def list_of_runs(folder: Path) -> list[dict[str, object]]:
    """What `runs list --json` tells of them."""
    runs: list[dict[str, object]] = kfp_tabular("runs", "list", "--json", folder=folder).json()  # type: ignore[assignment]
    return runs


def test_the_newest_run_comes_first(listed: list[dict[str, object]]) -> None:
    """Each run is listed with its state and what came of it."""
    assert [run["state"] for run in listed] == ["FAILED", "SUCCEEDED"]
    assert re.match("fingerprint_source: .*was answered with 404", str(listed[0]["outcome"]))
    assert re.match(r"registered|refused", str(listed[1]["outcome"]))


def test_a_record_holds_no_credentials(folder: Path, listed: list[dict[str, object]]) -> None:
    """The parts of an address that may sign it or hold a password are not kept."""
    record = (folder / ".kfp-tabular" / "runs" / str(listed[0]["run_id"]) / "run.json").read_text()
    assert re.search(r"http://127.0.0.1:\d+/absent.csv\"", record)
    assert "Signature" not in record


def test_no_log_holds_what_signs_an_address(folder: Path, listed: list[dict[str, object]]) -> None:
    """KFP prints the inputs of each step, and the log has them without the query of an address."""
    log = folder / ".kfp-tabular" / "runs" / str(listed[0]["run_id"]) / "run.log"
    assert re.search(r"http://127.0.0.1:\d+/absent.csv\?…", text := log.read_text("utf-8"))
    assert "Signature" not in text


def test_an_address_with_a_password_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    """Neither the terminal nor any file has the password."""
    source = "s3://AKIA:s3cr3tpw@bucket/x.csv"
    done = kfp_tabular("run", "training", "--source", source, "--target", "y", folder=tmp_path)
    assert done.exit_code == 2
    assert "contains credentials" in done.errors
    assert "s3cr3tpw" not in done.output + done.errors
    assert not list(tmp_path.iterdir())


def test_a_run_is_shown_with_its_files(folder: Path, listed: list[dict[str, object]]) -> None:
    """`runs show` names the arguments, the reports and the log of a run."""
    done = kfp_tabular("runs", "show", str(listed[1]["run_id"]), folder=folder)
    assert "ok.csv" in done.output
    assert f"{listed[1]['run_id']}/evaluate_model.html" in done.output
    assert f"{listed[1]['run_id']}/run.log" in done.output


def test_a_run_of_this_machine_is_not_terminated(
    folder: Path, listed: list[dict[str, object]]
) -> None:
    """`runs terminate` says how a run of this machine ends, and asks no cluster."""
    done = kfp_tabular("runs", "terminate", str(listed[0]["run_id"]), folder=folder)
    assert (done.exit_code, "Ctrl-C" in done.errors) == (2, True)


def test_without_runs_the_cluster_is_named(tmp_path: Path) -> None:
    """An empty list says where else runs may be."""
    assert "--cluster" in kfp_tabular("runs", "list", folder=tmp_path).output


@pytest.mark.parametrize(
    ("process", "state"), [(NOBODY, "KILLED"), (os.getpid(), "RUNNING")], ids=["gone", "there"]
)
def test_a_run_whose_process_is_gone_was_killed(tmp_path: Path, process: int, state: str) -> None:
    """A record that nobody could end tells so."""
    folder = new_run_folder(tmp_path, "training")
    LocalRun(folder.name, "training", {}, process, "2026-01-02T03:04:05+00:00").write(folder)
    found = find_run(tmp_path, folder.name)
    assert found is not None
    assert found[1].state == state


@pytest.mark.parametrize("name", ["../secrets", "", ".", "/etc"])
def test_a_run_is_looked_for_in_its_folder_alone(tmp_path: Path, name: str) -> None:
    """A name that leads elsewhere is no run of this machine."""
    (tmp_path / "run.json").write_text("{}")
    assert find_run(tmp_path / "work", name) is None


@pytest.mark.parametrize("name", ["nope", "", "../../t"])
def test_a_name_of_no_run_asks_no_cluster(tmp_path: Path, name: str) -> None:
    """What is neither a run of this machine nor an id of KFP's is a mistake."""
    done = kfp_tabular("runs", "show", name, folder=tmp_path)
    assert (done.exit_code, "runs list" in done.errors) == (2, True)


def test_options_are_grouped_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of a run shows its options under the titles of the pipeline's interface."""
    with pytest.raises(SystemExit):
        main(["run", "training", "--help"])
    shown = capsys.readouterr().out
    titles = [line for line in shown.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    assert titles[:6] == ["Data:", "Target:", "Split:", "Model:", "Gate:", "Registry:"]
    assert shown.index("Other options:") < shown.index("--runner")


def test_commands_to_go_on_with_work_as_they_stand(folder: Path) -> None:
    """What a run proposes starts with a program that is there."""
    done: Done = kfp_tabular(
        "run", "training", "--source", "ok.csv", "--target", "y", folder=folder
    )
    proposed = done.output.split("next:\n")[1].splitlines()[0].split()[0]
    assert (folder / proposed).exists() or proposed == "kfp-tabular"


def test_runs_are_compared(folder: Path, listed: list[dict[str, object]]) -> None:
    """`runs compare` shows what differs: arguments, and what only one of them has measured."""
    names = [str(run["run_id"]) for run in listed[-2:]]
    done = kfp_tabular("runs", "compare", *names, folder=folder)
    assert "/absent.csv" in done.output
    assert re.search(r"roc_auc +· +[01]\.\d+", done.output)
    assert not re.search(r"^target ", done.output, re.MULTILINE)
    every = kfp_tabular("runs", "compare", *names, "--all", folder=folder)
    assert re.search(r"^target +y +y", every.output, re.MULTILINE)
    told = kfp_tabular("runs", "compare", *names, "--json", folder=folder).json()
    assert told["arguments"]["target"] == ["y", "y"]


def test_what_cannot_be_compared_is_told(folder: Path, listed: list[dict[str, object]]) -> None:
    """One run alone, or one that is not there, is an error with the command that lists them."""
    one = str(listed[0]["run_id"])
    for runs in ((one,), (one, "nothing")):
        done = kfp_tabular("runs", "compare", *runs, folder=folder)
        assert done.exit_code == 2
        assert "kfp-tabular runs list" in done.errors


def test_ctrl_c_says_what_was_stopped_and_what_is_kept(tmp_path: Path) -> None:
    """The step ends, the folder of the run is named, and the run is listed as interrupted."""
    (tmp_path / "ok.csv").write_text("x,y\n" + "1,a\n2,b\n" * 40, "utf-8")
    command = [sys.executable, "-m", "pipelines", "run", "training", "--source", "ok.csv"]
    with subprocess.Popen(
        [*command, "--target", "y"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={k: v for k, v in os.environ.items() if not k.startswith("REGISTRY_")},
    ) as process:  # fmt: skip
        assert process.stdout
        for line in process.stdout:
            if "ingest_table" in line:
                break
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    told = re.search(r"stopped: .*kfp-tabular runs show (\S+)", output, re.DOTALL)
    assert told, output
    shown = kfp_tabular("runs", "show", told[1], folder=tmp_path)
    assert "INTERRUPTED" in shown.output
