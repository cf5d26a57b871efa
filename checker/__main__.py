"""Lets `python -m checker` be the command `checker`."""

from checker.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
