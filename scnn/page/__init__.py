"""The page's protocol: requests and answers as plain data."""
