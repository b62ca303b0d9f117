"""The HTTP front: device doors, punches from applications, health and metrics."""
