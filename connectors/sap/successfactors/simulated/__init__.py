"""The inside of the simulated SuccessFactors."""
