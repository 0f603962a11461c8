"""Where the cause lies: signs read from metrics, traces and logs, and the services ranked by them."""
