"""AWS on a laptop: an emulator, the services it lacks, and the models behind them. No part of the product."""
