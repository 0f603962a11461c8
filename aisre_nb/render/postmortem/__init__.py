"""A postmortem drawn: in a cell, as a page that opens offline, as Markdown in the house's template."""
