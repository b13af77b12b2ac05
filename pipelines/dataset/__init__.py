"""From a table to a registered version of a data set."""
