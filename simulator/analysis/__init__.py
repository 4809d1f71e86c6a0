"""Analysis of recordings: ghosts, gaps, splits, projection, what is still possible."""
