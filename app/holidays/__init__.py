"""Official holidays of duty stations."""
