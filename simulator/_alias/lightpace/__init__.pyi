from simulator import *
from simulator import __version__ as __version__
