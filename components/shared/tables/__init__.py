"""Reading, checking, hashing and splitting of tables."""
