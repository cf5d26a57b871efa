"""Resolving and validating DNS: iterative, from the root hints, with the chain of trust from the anchors."""
