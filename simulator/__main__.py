"""`python -m simulator` is `lightpace`."""

from simulator.cli import main

if __name__ == "__main__":
    main()
