"""Names and ids that Argo gives the nodes of a workflow, and the pods that it makes of them.

A node is called after those that it lies in: the attempt of a step `training-x7k2p.root.train-model
.executor(0)`. Its id is the workflow's name and the hash of the node's (`NodeID` in Argo's
pkg/apis/workflow/v1alpha1/workflow_types.go); its pod's name has the template in between
(`GeneratePodName` in workflow/util/pod_name.go). KFP's API tells of a task neither, but the ids of
the nodes that follow it: among those is every node but the first.
"""

import re
from collections.abc import Iterable
from itertools import count, takewhile
from typing import Any, Final

FNV_OFFSET: Final = 0x811C9DC5
FNV_PRIME: Final = 0x01000193
GROUP: Final = re.compile(r"root|(condition(-branches)?|for-loop|exit-handler)-\d+")
"""What KFP calls the nodes that steps lie in, besides nested pipelines by their own names."""
DRIVER: Final = "-driver"
POD_ENDING: Final = re.compile(r"-(retry-)?system-[a-z-]+-\d+$")
"""What follows the workflow's name in a pod's: the template that it is made of, and the hash."""


class ArgoNodes:
    """The nodes of one run, as far as its tasks tell of them."""

    def __init__(self, tasks: Iterable[Any]) -> None:
        tasks = list(tasks)
        self._known = {child for task in tasks for child in children_of(task)}
        self._workflow = next(iter(self._known), "").rpartition("-")[0]
        names = {task.display_name or "" for task in tasks}
        # Whatever has a driver may have steps in it: a condition, a nested pipeline.
        groups = {name for name in names if GROUP.fullmatch(name) or f"{name}{DRIVER}" in names}
        self._scopes = [self.latest(self._workflow)]
        # The list grows while it is walked: groups lie in groups.
        for scope in self._scopes:
            inner = (f"{scope}.{group}" for group in sorted(groups))
            self._scopes += [self.latest(name) for name in inner if self.exists(name)]

    def exists(self, name: str) -> bool:
        """Tell whether the run has a node of this full name."""
        return self.id(name) in self._known

    def find(self, task: str) -> str | None:
        """Return the full name of the node of a step, a group or a driver, if there is one."""
        return next(
            (name for scope in self._scopes if self.exists(name := f"{scope}.{task}")), None
        )

    def attempts(self, name: str) -> list[str]:
        """Return the full names of the attempts of a node, in their order."""
        numbered = (f"{name}({number})" for number in count())
        return list(takewhile(self.exists, numbered))

    def latest(self, name: str) -> str:
        """Return the full name of a node's latest attempt; the node's where it has none."""
        return (self.attempts(name) or [name])[-1]

    def id(self, name: str) -> str:
        """Return the id of the node of this full name."""
        return f"{self._workflow}-{fnv1a(name)}"

    def pod(self, name: str, template: str) -> str:
        """Return the pod of a node that is made of `template`."""
        return f"{self._workflow}-{template}-{fnv1a(name)}"


def workflow_of(pod: str) -> str:
    """Return the workflow that a pod is of."""
    return POD_ENDING.sub("", pod)


def children_of(task: Any) -> list[str]:
    """Return the ids of the nodes that follow a task, or lie in it."""
    return [child.pod_name for child in task.child_tasks or [] if child.pod_name]


def fnv1a(text: str) -> int:
    """Return the 32-bit FNV-1a hash of a text (http://www.isthe.com/chongo/tech/comp/fnv)."""
    value = FNV_OFFSET
    for byte in text.encode():
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value
