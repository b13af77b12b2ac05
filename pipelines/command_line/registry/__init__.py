"""The commands of `kfp-tabular registry`."""
