"""Bring a file that one request cannot carry to a registry, in parts."""

import hashlib
import mmap
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from components.shared.registry.http import PATIENT, RegistryHttp
from components.shared.registry.paths import API

# The requests for a part are good for minutes: so many are asked for at a time.
AT_A_TIME: Final = 4


def upload_in_parts(http: RegistryHttp, planned: Mapping[str, Any], path: Path) -> None:
    """Upload a file as the registry planned; parts that are there from an earlier try are kept.

    Args:
        http: The registry.
        planned: Its plan for the file: `sha256` and `partSize` in bytes.
        path: The file; it is not changed meanwhile.
    """
    action, size = f"upload {path.name}", path.stat().st_size
    step, digests = planned["partSize"], list[str]()
    with path.open("rb") as file, ThreadPoolExecutor(AT_A_TIME) as pool:
        # Not closed here: what an error holds of it would only be another error.
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        for start in range(0, size, step * AT_A_TIME):
            begins = range(start, min(start + step * AT_A_TIME, size), step)
            parts = [whole[begin : begin + step] for begin in begins]
            digests += _bring(http, pool, parts, action)
    body = {"sha256": planned["sha256"], "size": size, "parts": digests}
    http.json("POST", f"{API}/uploads/assembly", action, body, timeout=PATIENT)


def _bring(
    http: RegistryHttp, pool: ThreadPoolExecutor, parts: Sequence[memoryview], action: str
) -> list[str]:
    """Upload those of some parts that the store lacks; return the digests of all."""
    digests = list(pool.map(lambda part: hashlib.sha256(part).hexdigest(), parts))
    by_digest = dict(zip(digests, parts, strict=True))
    wish = [{"sha256": digest, "size": len(part)} for digest, part in by_digest.items()]
    plan = http.json("POST", f"{API}/uploads/parts", action, {"parts": wish})

    def put(planned: Mapping[str, Any]) -> None:
        body = by_digest[planned["sha256"]]
        http.request(
            planned["method"], planned["url"], action, body=body, headers=planned["headers"]
        ).drain_conn()

    list(pool.map(put, [planned for planned in plan["parts"] if planned["state"] == "upload"]))
    return digests
