"""What an OpenLineage server is told: runs, and the data that they read and wrote."""
