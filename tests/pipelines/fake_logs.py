"""The log of a step's pod, with the lines that KFP's launcher and Argo's executor add to it."""

from typing import Final

from tests.pipelines.fake_tasks import EPOCH, WORKFLOW

ARGO_BEGINS: Final = (
    'time=2026-01-02T03:04:05.000Z level=INFO msg="Using executor retry strategy" argo=true\n'
)
ARGO_ENDS: Final = (
    'time=2026-01-02T03:04:07.000Z level=INFO msg="sub-process exited" argo=true error=<nil>\n'
)
LAUNCHER_BEGINS: Final = (
    "I0102 03:04:05.000000      27 launcher_v2.go:203] input ComponentSpec: {}\n"
)
LAUNCHER_ENDS: Final = {
    False: "I0102 03:04:06.000000      27 launcher_v2.go:151] publish success.\n",
    True: "F0102 03:04:06.000000      27 main.go:62] failed to execute component: exit status 1\n",
}
"""The launcher's last words, by whether the step failed."""


def container_log(printed: str, *, failed: bool, driver: bool) -> str:
    """Return what the container of a step, or of its driver, wrote: so it is archived too."""
    text = printed if printed.endswith("\n") else f"{printed}\n"
    return text if driver else f"{LAUNCHER_BEGINS}{text}{LAUNCHER_ENDS[failed]}"


def pod_log(printed: str, *, failed: bool, driver: bool) -> str:
    """Return what the API and kubectl give of a pod that is there: with argoexec's own lines."""
    end = "Error: exit status 1\n" if failed else ""
    written = container_log(printed, failed=failed, driver=driver)
    return f"{ARGO_BEGINS}{written}{ARGO_ENDS}{end}"


def archive_key(namespace: str, pod: str) -> str:
    """Return where Argo puts the log of a pod, as KFP's manifests tell it to (`keyFormat`)."""
    return f"private-artifacts/{namespace}/{WORKFLOW}/{EPOCH:%Y/%m/%d}/{pod}/main.log"
