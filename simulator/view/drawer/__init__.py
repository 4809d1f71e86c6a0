"""The drawer of knobs: a mixing desk that slides in over the right-hand panels."""
