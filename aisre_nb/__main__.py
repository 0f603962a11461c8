"""``python -m aisre_nb`` is ``aisre-nb``."""

import sys

from aisre_nb.cli import main

sys.exit(main())
