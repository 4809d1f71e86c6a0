"""The best plan, the fewest pacers, the widest gap: optimisation on the batched kernel."""
