"""Events for applications: written with their cause, signed and sent as Standard Webhooks."""
