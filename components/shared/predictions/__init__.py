"""Files of predictions: what they say of themselves, and where they go."""
