"""The doors: each reads its event, calls one service and answers. The clock is read here and passed on."""

import gc

# A cold start makes objects by the hundred thousand and drops few. Looking for garbage among them took a seventh of its
# CPU (bench/cold_start), so nobody looks until bootstrap.warm has made the last of them.
gc.disable()
