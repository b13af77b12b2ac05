"""How much a session makes: known to the session, and to the tests, which have no client."""

from typing import Final

VERSIONS: Final = 7
# More than one part of a multipart upload, as the client cuts them.
LARGE: Final = 3 << 20
