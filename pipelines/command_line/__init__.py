"""The command `kfp-tabular`."""
