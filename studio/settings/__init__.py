"""Settings: schema, file, secrets."""
