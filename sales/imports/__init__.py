"""Files of relations, contact persons and sales: read, decided row by row (deciding), stored, taken back."""
