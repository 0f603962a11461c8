"""What every source over HTTP uses: options, credentials, one client, and each failure as one clear line."""
