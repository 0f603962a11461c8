"""The shop's GitOps repository: its history, what is deployed from it, and what its CI makes of a merge."""
