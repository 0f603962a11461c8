"""Our tools, analysis and investigator for other assistants: a server of the Model Context Protocol."""
