"""A list page: its columns, and how an address looks at it (order, page, columns, file)."""
