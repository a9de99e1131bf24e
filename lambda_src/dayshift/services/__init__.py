"""What the system does, over ports: no AWS names, no environment, no clock of its own."""
