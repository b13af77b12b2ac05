"""The commands of `kfp-tabular data`."""
