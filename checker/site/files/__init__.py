"""What the site offers to machines besides the result table: one file a kind. Never HTML."""
