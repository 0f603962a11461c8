"""What is read from a backend of logs or traces, kept for a while in the telemetry schema and asked as a folder is."""
