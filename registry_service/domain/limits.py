"""How much of everything there may be, the same on every database; docs/registry.md lists them."""

from typing import Final

HEAD: Final = 64 << 10
"""Bytes of a request's headers; a service account's token has 2 KiB, what a mesh says has 4."""
URL: Final = 16_384
"""Bytes of a path with its query."""
NAME: Final = 255
"""Characters of a name, an owner, a digest: of every text that an index holds."""
TEXT: Final = 65_536
"""Characters of any other text, such as a description or a property."""
DOCUMENT: Final = 1 << 18
"""Characters of a model's read-me, and of its logo."""
PROPERTIES: Final = 1_000
"""Custom properties of a resource."""
FILES: Final = 10_000
"""Files of a version, and of a question where to upload them; parts of a file."""
METRICS: Final = 10_000
"""Metrics of a registration, and as many parameters."""
LINKS: Final = 1_000
"""Data that a registration names, and entries of its lineage."""
ALIASES: Final = 100
"""Aliases that a registration sets."""
TAGS: Final = 100
"""Languages of a model, and as many tasks."""
FILE_NAME: Final = 255
"""Bytes of each part of a file's path, as file systems count them."""
SMALL_BODY: Final = 1 << 19
"""Bytes of a JSON body."""
LARGE_BODY: Final = 8 << 20
"""Bytes of a JSON body that may name many files."""
JSON_VALUES: Final = 200_000
"""Commas, brackets and braces in a JSON body, those in texts included: so many values at most."""
BODY_SECONDS: Final = 60
"""Seconds in which a JSON body has to arrive, and in which an upload has to make progress."""
PAGE: Final = 1_000
"""Rows of a page of a list, also of one whose size nobody asked for."""
PAGE_BYTES: Final = 16 << 20
"""Characters of the rows of a page, beyond which the next page begins."""
TOGETHER: Final = 25_000
"""Rows that are shown together, such as the artifacts of a version."""
OF_A_MODEL: Final = 1_000
"""Aliases of a model."""
COMPARISONS: Final = 100
"""Comparisons in a filter, and values that one of them names."""
PATTERN: Final = 512
"""Characters of a pattern of LIKE: to compare takes as long as text and pattern multiplied."""
