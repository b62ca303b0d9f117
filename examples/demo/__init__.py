"""The whole way of a punch, for real: devices over HTTP, the hub, Dagster, and a Tryton server."""
