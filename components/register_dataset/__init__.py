"""The component that registers a table as a version of a data set."""
