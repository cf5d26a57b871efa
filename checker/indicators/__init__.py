"""What we conclude: one file a question, pure functions (Evidence, Ruleset) → Verdict."""
