"""Dividing the rows of a table among the tasks of a loop."""
