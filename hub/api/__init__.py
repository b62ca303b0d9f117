"""The HTTP front: device doors, punches from and attendance for applications, pages, health and metrics."""
