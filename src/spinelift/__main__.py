"""`python -m spinelift` is the `spinelift` program."""

from spinelift.cli.main import main

main()
