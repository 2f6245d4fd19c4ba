"""One person once: merging, moving and leaving, and what somebody did at meetings."""
