"""Judge some trials of hyper-parameters on folds of the training rows."""
