"""What an OpenLineage server is told, held against OpenLineage's own client."""
