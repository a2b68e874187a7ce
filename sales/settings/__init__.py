"""Settings > Sales: lists, switches, and what a fresh installation starts with."""
