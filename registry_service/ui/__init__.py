"""Pages that show people what the registry holds; nothing is changed through them."""
