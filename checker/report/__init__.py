"""The table, as model (pure), page, CSV and JSON. Never touches the network."""
