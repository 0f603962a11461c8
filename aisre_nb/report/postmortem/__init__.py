"""The postmortem: one typed document out of the report, the evidence and the record; nothing in it is new."""
