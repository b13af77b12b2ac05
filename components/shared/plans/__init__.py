"""Models as plans: how a raw row becomes a prediction, without scikit-learn."""
