"""Contact persons: who works where, in which function."""
