"""Which relations may be the same, and which only look alike."""
