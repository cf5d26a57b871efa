"""What is kept: sweeps, what was seen in them, what was judged, since when it stands, and notices on their way."""
