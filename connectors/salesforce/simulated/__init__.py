"""The inside of the simulated Salesforce (`connectors.salesforce.simulator`), after the vendor's documentation."""
