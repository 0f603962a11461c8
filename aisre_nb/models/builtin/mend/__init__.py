"""Edits that mend: text in, text out. Source code is parsed and never run or imported."""
