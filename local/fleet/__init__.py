"""Machines that stand for EC2 instances: a folder and a process each, booted by the launch template's own user data."""
