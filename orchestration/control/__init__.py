"""The control room: connections configured and retired in Dagster's Launchpad, and loaded from the hub's database."""
