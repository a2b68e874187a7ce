"""Notes and files of a sale, and what happened around a relation or a project."""
