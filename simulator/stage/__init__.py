"""What is shown and when: playback, LED brightness, the scene. No pixels, no wall clock."""
