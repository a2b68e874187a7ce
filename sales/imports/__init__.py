"""Files of relations, contact persons and sales: read, decided about row by row (deciding), stored, taken back."""
