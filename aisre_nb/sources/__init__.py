"""The systems that are asked: one file for each backend, each returning normalised frames."""
