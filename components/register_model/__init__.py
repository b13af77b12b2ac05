"""Register a model in the registry: one atomic, idempotent call."""
