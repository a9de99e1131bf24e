"""The `dayshift` command: upload images, see results, keep the queues in order."""

from importlib.metadata import version

__version__ = version("dayshift")
