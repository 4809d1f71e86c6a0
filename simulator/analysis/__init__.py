"""Analysis of recordings: ghosts, gaps, splits, projection."""
