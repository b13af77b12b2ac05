"""What tells one content of a source from another without reading it, where that is possible."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from components.shared.errors import InputError


@dataclass(frozen=True)
class Fingerprint:
    """What a source says of its content, or the digest of it; equal ones are of equal bytes.

    Attributes:
        sha256: Digest of the bytes, where the source says nothing that could be relied on.
        etag: Strong entity tag of an object or a page (RFC 9110, 8.8.3).
        size: Number of bytes, where it is told with the tag.
        version: Version of an object, in a bucket that keeps versions.
    """

    sha256: str | None = None
    etag: str | None = None
    size: int | None = None
    version: str | None = None

    def to_text(self) -> str:
        """Return it as one line of JSON, without what is unknown."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(known, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            InputError: It is something else.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{text!r} is no fingerprint: pass what fingerprint_source returned, or nothing."
            ) from error
