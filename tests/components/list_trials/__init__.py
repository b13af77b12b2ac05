"""Dividing trials among the tasks of a loop."""
