"""The answer: typed, cited, and checked by code."""
