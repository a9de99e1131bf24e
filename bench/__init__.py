"""Benchmarks: each measures ours against a baseline of the same run, so that its ratios hold on any machine."""
