"""The use cases of the registry, on Protocols."""
