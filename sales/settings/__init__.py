"""Settings > Sales: its lists and switches, and the start of Settings."""
