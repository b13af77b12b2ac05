"""Write and read the audit log."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from registry_service.domain.access import Identity, Role
from registry_service.domain.names import canonical
from registry_service.domain.registration import AuditEntry, AuditQuery
from registry_service.domain.resources import MODELS, NOUNS, RegisteredModel
from registry_service.service.ports import Database, Transaction

ITEMS: Final = 20
"""How many of many things that one act changed an entry names."""
LETTERS: Final = 1_000
"""How many characters of a text that was changed an entry holds."""


def named(what: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of an entry's detail that names what an act was about, however much it was.

    Beyond `ITEMS`, `<what>InAll` says how many there are, and `<what>Rest` is the SHA-256 over the
    lines `<value>  <name>` of those that are left out, sorted by name: for the digests of files,
    these are the lines that `sha256sum` prints.
    """
    ordered = [(name, _brief(values[name])) for name in sorted(values)]
    shown, rest = dict(ordered[:ITEMS]), ordered[ITEMS:]
    if not rest:
        return {what: shown}
    lines = "".join(f"{_line(value)}  {name}\n" for name, value in rest)
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return {what: shown, f"{what}InAll": len(ordered), f"{what}Rest": digest}


def _brief(value: Any) -> Any:
    """Return a value whose texts are no longer than an entry holds, with their digest if cut."""
    if isinstance(value, Mapping):
        return {name: _brief(each) for name, each in value.items()}
    if not isinstance(value, str) or len(value) <= LETTERS:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()
    return f"{value[:LETTERS]}… ({len(value):,} characters, SHA-256 {digest})"


def _line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def record(
    transaction: Transaction,
    identity: Identity,
    action: str,
    model: RegisteredModel | None,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    """Append an entry: who did what to which thing of which model or data set."""
    entry = AuditEntry(
        at=time.time_ns() // 1_000_000,
        actor=identity.name,
        action=action,
        model_name=None if model is None else model.name,
        subject=subject,
        detail=detail,
        collection=MODELS if model is None else model.collection,
    )
    transaction.audit.append(entry)


class Audit:
    """The use case of reading the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, identity: Identity, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return entries, newest first.

        Raises:
            ForbiddenError: Reading all models' entries needs a reader of all models.
        """
        if query.model_name is None:
            identity.require_everywhere(Role.READER)
        else:
            query = replace(query, model_name=canonical(query.model_name))
            identity.require(Role.READER, str(query.model_name), NOUNS[query.collection])
        with self._database.read() as transaction:
            return transaction.audit.entries(query)
