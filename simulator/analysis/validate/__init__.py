"""Validation: published values compared with the model's."""
