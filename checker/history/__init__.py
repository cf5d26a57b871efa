"""What changed from sweep to sweep, and since when a cell has stood: pure, from printed cells alone."""
