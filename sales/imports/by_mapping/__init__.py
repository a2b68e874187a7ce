"""The command `import_sales`: exports of another system, read by a mapping file."""
