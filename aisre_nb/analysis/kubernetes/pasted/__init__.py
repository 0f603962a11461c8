"""What people paste, as objects: output of ``kubectl describe`` and ``kubectl get``, manifests. No text raises."""
