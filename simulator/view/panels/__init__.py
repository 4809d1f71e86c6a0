"""What is written beside and over the track: score, live, splits, what if, timeline, help."""
