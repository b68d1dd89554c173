"""What programs may ask of the directory."""
