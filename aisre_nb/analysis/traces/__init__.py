"""What traces tell: visits of services, where time is spent, which steps are missing or new."""
