"""Log a run and its model to Weights & Biases."""
