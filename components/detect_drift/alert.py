"""Tell a receiver of an alarm: one CloudEvent, posted to `ALERT_URL`.

A receiver that is away, or refuses, never fails the step: what it missed is said in the log and in
the notes of the run.
"""

import hashlib
import hmac
import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from components.detect_drift.drift import Drift
from components.shared.errors import ComponentError
from components.shared.patience import PatientRetry, waiting_seconds
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.step_run import PIPELINE_VARIABLE, RUN_VARIABLE
from components.shared.trust import tls_context

URL_VARIABLE: Final = "ALERT_URL"
KEY_VARIABLE: Final = "ALERT_KEY"
CA_VARIABLE: Final = "ALERT_CA_FILE"
SIGNATURE: Final = "X-Signature-256"
"""Header with `sha256=` and the HMAC of the body by the key, as GitHub's webhooks have it."""

EVENT_TYPE: Final = "io.kfp-tabular.drift"
MOST_REASONS: Final = 50
BUSY: Final = (429, 500, 502, 503, 504)


def raise_alarm(drift: Drift) -> dict[str, Any]:
    """Tell of an alarm, if it is one and somebody wants to know, and return the metadata of it.

    Args:
        drift: What monitoring found.
    """
    notes = list(drift.notes)
    url = os.environ.get(URL_VARIABLE, "").strip()
    if url and (drift.drifted or drift.performance_dropped):
        if trouble := _post(url, alarm(drift)):
            notes.append(Note("warning", f"the alarm did not reach {_shown(url)}: {trouble}"))
            print(f"note: {notes[-1].text}", flush=True)
        else:
            print(f"told {_shown(url)} of the alarm", flush=True)
    return {
        "drifted": drift.drifted,
        "performance_dropped": drift.performance_dropped,
        "status": drift.status,
        NOTES: notes_metadata(notes),
    }


def alarm(drift: Drift) -> dict[str, Any]:
    """Return an alarm as a CloudEvent 1.0 in JSON (https://github.com/cloudevents/spec, 1.0.2)."""
    run = os.environ.get(RUN_VARIABLE, "")
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"/kfp-tabular/{os.environ.get(PIPELINE_VARIABLE) or 'detect_drift'}/{run}",
        "type": EVENT_TYPE,
        "subject": drift.watched,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": {
            "model": drift.model_name,
            "version": drift.version,
            "digest": drift.model_digest,
            "rows": drift.rows,
            "drifted": drift.drifted,
            "performance_dropped": drift.performance_dropped,
            "reasons": list(drift.reasons[:MOST_REASONS]),
            "figures": drift.figures(),
        },
    }


def _post(url: str, event: dict[str, Any]) -> str:
    """Post an event, and return why that did not work; empty: it did."""
    body = json.dumps(event, allow_nan=False).encode()
    headers = {"Content-Type": "application/cloudevents+json"}
    if key := os.environ.get(KEY_VARIABLE):
        signed = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        headers[SIGNATURE] = f"sha256={signed}"
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        return f"{URL_VARIABLE} is no HTTP address"
    try:
        retry = PatientRetry(
            server=f"the receiver of alarms at {_shown(url)}",
            seconds=waiting_seconds(),
            status_forcelist=BUSY,
            allowed_methods=None,
        )
        with urllib3.PoolManager(
            retries=retry,
            timeout=Timeout(connect=5, read=30),
            ssl_context=tls_context(CA_VARIABLE),
        ) as pool:
            answer = pool.request("POST", url, body=body, headers=headers)
    except HTTPError as error:
        return f"it cannot be reached ({getattr(error, 'reason', None) or type(error).__name__})"
    except ComponentError as error:
        return str(error)
    return "" if answer.status < 300 else f"it answers {answer.status}"


def _shown(url: str) -> str:
    """Return where it goes, without path and query, which are often a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
