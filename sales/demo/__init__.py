"""Demo data: a small design studio with its relations, sales of eighteen months, projects and invoices."""
