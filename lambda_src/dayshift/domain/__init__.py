"""The rules. Standard library only: no AWS, no environment, no clock, no logging."""
