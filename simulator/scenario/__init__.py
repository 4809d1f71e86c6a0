"""Scenario files: reading and checking them, and the schedules of plans.

In: YAML files of `configs/` or the user's, and `--set` overrides. Out: a frozen `Scenario`, or a
`ScenarioError` that lists every problem with its line and column. This room knows nothing of what
happens on the track.
"""
