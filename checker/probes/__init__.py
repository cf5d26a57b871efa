"""How we look: one async conversation a file, from a name and the network to an observation."""
