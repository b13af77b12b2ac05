"""From a registered version to one that answers requests."""
