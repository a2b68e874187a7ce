"""The board: open sales as cards in a column per phase."""
