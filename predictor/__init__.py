"""The prediction server: one version of a model, which does not change, over HTTP."""
