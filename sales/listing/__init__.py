"""The list of sales: filters, columns, rows, saved views, files; and the trash, which is a list too."""
