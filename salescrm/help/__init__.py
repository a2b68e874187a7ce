"""The pages that explain the program."""
