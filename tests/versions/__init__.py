"""The suite under the oldest and the newest releases that pyproject.toml allows."""
