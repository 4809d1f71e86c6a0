"""Physics: track, air, energetics, shelter, pacers, and the kernel that steps attempts."""
