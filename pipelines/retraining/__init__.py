"""From a watched version to the one that takes its place, where something has moved."""
