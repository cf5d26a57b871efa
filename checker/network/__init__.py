"""The only door to the network: addresses, pinned connections, deadlines, byte limits, manners, clock."""
