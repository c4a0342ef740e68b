"""`python -m metawidgets`: the command line of this Python, whichever is first on the path."""

from metawidgets.cli import main

if __name__ == "__main__":
    main()
