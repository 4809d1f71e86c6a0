"""Layers on the track's plane, from the ground up: track, lights, runners, labels, group."""
