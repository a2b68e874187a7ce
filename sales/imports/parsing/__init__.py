"""Reading a file: CSV in any encoding, and workbooks."""
