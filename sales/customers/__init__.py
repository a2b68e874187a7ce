"""What sales add to relations: merging two of them with all that is linked to them, and their sales in numbers."""
