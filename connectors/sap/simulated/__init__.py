"""What the simulators of both SAP products share."""
