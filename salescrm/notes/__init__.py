"""Notes with files, written once for every record that has a timeline."""
