"""The bench: many cases investigated as ``aisre-nb ask`` would, and held against what was true."""
