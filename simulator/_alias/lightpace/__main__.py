"""`python -m lightpace` is `lightpace`."""

from simulator.__main__ import main

if __name__ == "__main__":
    main()
