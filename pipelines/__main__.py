"""`python -m pipelines` is `kfp-tabular`."""

from pipelines.command_line.main import main

main()
