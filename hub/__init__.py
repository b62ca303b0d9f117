"""The attendance record: intake, rules, mapping, delivery. Knows no vendor and no Dagster."""
