"""The inside of the simulated Odoo (`connectors.odoo.simulator`), after what Odoo 19.0 was recorded to do."""
