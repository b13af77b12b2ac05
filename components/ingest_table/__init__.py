"""The component that reads a table from where it lies."""
