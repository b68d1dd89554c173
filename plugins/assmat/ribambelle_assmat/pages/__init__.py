"""The pages of the childminders' directory."""
