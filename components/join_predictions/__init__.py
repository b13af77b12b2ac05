"""Put the predictions of the shards of a table together, in the order of its rows."""
