from simulator import *  # noqa: F403 - a stub gives it all again
from simulator import __all__ as __all__
from simulator import __version__ as __version__
