"""What objects of Kubernetes say is wrong, each finding with the field that proves it; causes before their effects."""
