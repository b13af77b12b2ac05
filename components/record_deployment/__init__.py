"""Keep in the registry what serves, and let an alias follow it."""
