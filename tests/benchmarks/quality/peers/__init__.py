"""What runs in the environments of other AutoML: nothing here imports our components."""
