"""`python -m studio` is `host-studio`."""

import sys

from studio.cli import main

sys.exit(main())
