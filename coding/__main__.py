"""Run the command: ``python -m coding``."""

from coding.cli import main

if __name__ == "__main__":
    main()
