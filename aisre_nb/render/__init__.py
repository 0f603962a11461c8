"""Pure functions from data to mimebundles; text always. Nothing here decides anything."""
