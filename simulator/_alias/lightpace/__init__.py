"""The package `lightpace`: `import lightpace` offers everything that `simulator` does.

In: nothing. Out: the names of `simulator.__all__`, imported on first use, as there. Type checkers
read the stub next to this file.
"""

from simulator import __all__ as __all__
from simulator import __dir__ as __dir__
from simulator import __getattr__ as __getattr__
