"""What trackers of experiments are told of a run, whichever they are."""
