"""Steps that contain the leaked credential and the role behind it."""
