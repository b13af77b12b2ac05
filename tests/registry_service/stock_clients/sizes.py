"""How much a session makes: known to the session, and to the tests, which have no client."""

from typing import Final

VERSIONS: Final = 7
LARGE: Final = 3 << 20
