"""Ways of coming from a table to predictions: plain choices, ours, and other people's AutoML."""
