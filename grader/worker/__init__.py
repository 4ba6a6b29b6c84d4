"""The program inside the sandbox: one job in, replies out."""
