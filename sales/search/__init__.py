"""The one search for everything: what was typed, what fits, how it looks."""
