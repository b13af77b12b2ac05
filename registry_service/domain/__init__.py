"""What the registry is about, free of any framework."""
