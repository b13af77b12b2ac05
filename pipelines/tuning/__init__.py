"""From a table to the hyper-parameters that a training takes, tried side by side."""
