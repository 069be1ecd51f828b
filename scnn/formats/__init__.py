"""File formats. A file is validated completely before any of it is used."""
