"""What is shown at each moment: playback, LED brightness, the scene. No pixels, no wall clock."""
