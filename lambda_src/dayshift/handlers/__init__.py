"""The doors: each reads its event, calls one service and answers. The clock is read here and passed on."""
