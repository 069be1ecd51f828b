"""The page's protocol: plain data in, plain data out."""
