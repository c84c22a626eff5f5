"""``python -m unify``."""

from unify.cli.main import main

main()
