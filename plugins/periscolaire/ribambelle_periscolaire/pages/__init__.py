"""The pages of the périscolaire, one module per kind of person or task."""
