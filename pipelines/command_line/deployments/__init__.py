"""The commands about what answers requests."""
