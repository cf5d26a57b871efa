"""When a nightly sweep is due and how it is run. Never measures, and never opens the store: both are handed in."""
