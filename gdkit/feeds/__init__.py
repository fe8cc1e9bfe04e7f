"""What comes from elsewhere than AWS's API, on request alone: published lists in a cache, and look-ups by name."""
