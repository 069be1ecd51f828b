"""`python -m scnn` is the command `scnn`."""

import sys

from scnn.cli import main

if __name__ == "__main__":
    sys.exit(main())
