"""Our own API: bytes, atomic registration, aliases."""
