"""Tell one content of a source from another."""
