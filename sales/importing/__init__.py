"""Reading the export of another CRM: mapping, reading, rows, planning (a verdict per row), storing."""
