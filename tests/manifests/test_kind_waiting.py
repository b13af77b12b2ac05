"""`make kind` waits with progress, and says why in vain."""

import pytest

from tests.manifests.machine import Machine


def test_it_waits_with_progress(machine: Machine) -> None:
    """What is not ready is named until it is ready."""
    rollout = machine.state / "kubeflow"
    rollout.write_text("mysql 1 1 1 1 <none> 1\nml-pipeline 1 1 1 1 1 1\n", "utf-8")
    machine.install("sleep", f'echo "mysql 1 1 1 1 1 1" >"{rollout}"')
    done = machine.run("up.sh")
    assert done.returncode == 0
    assert "kubeflow: waiting for mysql (0 s)" in done.stdout
    assert "kubeflow: all is ready" in done.stdout


@pytest.mark.parametrize(
    ("line", "ready"),
    [
        ("a 2 2 1 1 1 1", True),
        ("a 2 1 1 1 1 1", False),
        ("a 2 2 2 1 2 2", False),
        ("a 2 2 2 2 1 2", False),
        ("a 2 2 1 1 1 2", False),
        ("a 1 1 1 <none> <none> <none>", False),
        ("a 1 1 0 <none> <none> <none>", True),
    ],
)
def test_a_roll_out_is_ready_once_all_is_seen_updated_and_available(
    machine: Machine, line: str, ready: bool
) -> None:
    """Generation, observed generation, wanted, updated, available and all replicas decide."""
    (machine.state / "kfp-tabular").write_text(line + "\n", "utf-8")
    done = machine.run("up.sh", TIMEOUT="0")
    assert (done.returncode == 0) is ready, done.stderr


def test_a_job_is_waited_for(machine: Machine) -> None:
    """A Job that has not succeeded yet is not ready."""
    (machine.state / "kfp-tabular-jobs").write_text("set-up <none> 1\n", "utf-8")
    done = machine.run("up.sh", TIMEOUT="0")
    assert done.returncode == 1
    assert "not ready in namespace kfp-tabular after 0 s: set-up" in done.stderr


def test_waiting_in_vain_shows_events_and_logs(machine: Machine) -> None:
    """After its time, up.sh prints why each failing pod does not run, and exits with 1."""
    (machine.state / "kubeflow").write_text("ml-pipeline 1 1 1 1 <none> 1\n", "utf-8")
    pods = "ml-pipeline-7d 0/1 ImagePullBackOff 0 5m\n"
    pods += "mysql-0 1/1 Running 0 5m\ndone-1 0/1 Completed 0 5m\n"
    (machine.state / "kubeflow-pods").write_text(pods, "utf-8")
    done = machine.run("up.sh", TIMEOUT="1")
    assert done.returncode == 1
    assert "    ml-pipeline-7d ImagePullBackOff" in done.stdout
    assert "not ready in namespace kubeflow after 1 s: ml-pipeline" in done.stderr
    assert "ReplicaSet ui-5f FailedCreate exceeded quota" in done.stderr
    assert "Warning Failed ml-pipeline-7d has no image" in done.stderr
    assert "[pod/ml-pipeline-7d/main] cannot start" in done.stderr
    assert "mysql-0" not in done.stderr
    assert "done-1" not in done.stderr
    assert "TIMEOUT=2" in done.stderr


def test_an_event_is_told_once(machine: Machine) -> None:
    """What comes again and again is one line, with how often it came."""
    (machine.state / "kubeflow").write_text("ml-pipeline 1 1 1 1 <none> 1\n", "utf-8")
    (machine.state / "kubeflow-pods").write_text("ml-pipeline-7d 0/1 Error 3 5m\n", "utf-8")
    done = machine.run("up.sh", TIMEOUT="0", EVENTS="12")
    assert "Warning Failed ml-pipeline-7d has no image (12 times)" in done.stderr
    assert done.stderr.count("ml-pipeline-7d has no image") == 1


def test_an_api_server_that_is_away_for_a_moment_is_waited_for(machine: Machine) -> None:
    """No answer is not taken for all being ready."""
    once = '[ -e "$STATE/was-down" ] || touch "$STATE/was-down" "$STATE/api-down"'
    machine.install("sleep", f'echo "mysql 1 1 1 1 1 1" >"$STATE/kubeflow"; {once}')
    (machine.state / "kubeflow").write_text("mysql 1 1 1 1 <none> 1\n", "utf-8")
    done = machine.run("up.sh")
    assert done.returncode == 0, done.stderr
    assert "kubeflow: waiting for the-API-server" in done.stdout
    assert "kubeflow: all is ready" in done.stdout


def test_a_node_that_does_not_come_up(machine: Machine) -> None:
    """A node that is not ready ends it, with where to look."""
    (machine.state / "node-down").touch()
    done = machine.run("up.sh", TIMEOUT="0")
    assert done.returncode == 2
    assert "the node of cluster kfp-tabular is not ready" in done.stderr
    assert "docker logs kfp-tabular-control-plane" in done.stderr


def test_too_few_watches_of_files_are_told(machine: Machine) -> None:
    """The usual sickness of kind on Linux is named with its cure."""
    (machine.state / "kubeflow").write_text("ml-pipeline 1 1 1 1 <none> 1\n", "utf-8")
    (machine.state / "kubeflow-pods").write_text("ml-pipeline-7d 0/1 Error 3 5m\n", "utf-8")
    done = machine.run("up.sh", TIMEOUT="0", LOG="too many open files")
    assert "sudo sysctl fs.inotify.max_user_instances=512" in done.stderr
