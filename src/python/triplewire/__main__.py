"""``python -m triplewire``."""

from triplewire._command import main

main()
