"""What tests, benchmarks and demonstrations of the périscolaire share."""
