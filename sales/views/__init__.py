"""The pages of a sale, a module by subject."""
