"""Divide the trials of hyper-parameters among the tasks of a loop."""
