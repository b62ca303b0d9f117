"""What tests, benchmarks and the demo stand on; ships with the product for those who test connectors."""
