"""Makes features of raw columns, learning from the training split only."""
