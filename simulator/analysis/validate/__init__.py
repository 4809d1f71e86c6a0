"""Everything with a published value, beside what the model makes of it."""
