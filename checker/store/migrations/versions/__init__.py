"""The steps, named by number and what they do."""
