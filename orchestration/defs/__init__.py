"""Connections and tenants of this project, a folder each: `dg scaffold defs` writes them here."""
