"""Running jobs where they can do no harm."""
