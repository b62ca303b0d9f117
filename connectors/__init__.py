"""One folder a connector. To add one, see CONTRIBUTING.md, "A new connector"."""
