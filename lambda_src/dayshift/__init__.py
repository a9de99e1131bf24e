"""Dayshift: image inference on AWS that pays for a model only while there is work for it."""
