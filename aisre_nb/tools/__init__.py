"""What an investigation may do: named capabilities with a schema, an effect and a handler."""
