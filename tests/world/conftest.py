"""The same examples in every run, and no time limit on one: a busy machine is not a failure."""

from hypothesis import settings

settings.register_profile("dayshift", deadline=None, derandomize=True)
settings.load_profile("dayshift")
