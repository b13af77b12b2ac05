"""Say what came of a retraining, and whether its version is to be deployed."""
