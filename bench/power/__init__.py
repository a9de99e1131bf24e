"""What a model's running time costs: our power policy beside those of others and beside the best there could be.

`python -m bench.power --trace FILE …` replays one demand trace, `python -m bench.power` the built-in set.
"""
