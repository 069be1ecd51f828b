"""File formats: bytes in and out, checked whole before use."""
