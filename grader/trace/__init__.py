"""Where a submission's numbers leave the reference's: the steps of two calls, compared by what they compute."""
