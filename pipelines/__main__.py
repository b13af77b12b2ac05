"""`python -m pipelines` is `kfp-tabular`."""

from pipelines.cli import main

main()
