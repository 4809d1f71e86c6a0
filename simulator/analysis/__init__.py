"""What a recording means: ghosts, gaps, splits, projection, what is still possible."""
