"""History: a record of disputes by era, beside a simulation."""
