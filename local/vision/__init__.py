"""The models behind the local services: honest, offline, and named `local-…` in every answer."""
