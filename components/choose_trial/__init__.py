"""Choose among the trials of all tasks of a loop."""
