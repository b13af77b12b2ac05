"""The real client of Weights & Biases, from an environment of its own."""
