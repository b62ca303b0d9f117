"""The inside of the simulated S/4HANA."""
