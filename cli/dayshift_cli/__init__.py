"""The `dayshift` command: upload images, see results, keep the queues in order."""

__version__ = "0.1.0"
