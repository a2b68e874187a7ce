"""My day: what is to be done now, and the calendar other programs read."""
