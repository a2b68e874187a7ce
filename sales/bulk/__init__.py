"""Many sales at once: what changes, a preview, all of it or nothing, and the way back."""
