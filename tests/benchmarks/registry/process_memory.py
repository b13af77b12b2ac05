"""The resident memory of a process on Linux."""

from pathlib import Path


def resident_mib(pid: int) -> float:
    """Return what a process holds in memory now, in MiB."""
    return _field(pid, "VmRSS")


def peak_mib(pid: int) -> float:
    """Return the most that a process has ever held in memory, in MiB."""
    return _field(pid, "VmHWM")


def _field(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status has no {name}: has the process ended?")
