"""One file a stage of the work; each gives the next step, or None where it has nothing left to ask."""
