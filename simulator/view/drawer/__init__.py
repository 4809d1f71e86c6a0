"""The drawer of settings, which slides in over the right-hand panels, and its pages."""
