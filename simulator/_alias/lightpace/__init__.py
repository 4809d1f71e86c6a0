"""lightpace under its own name: `import lightpace` gives all that `simulator` offers.

In: nothing. Out: what `simulator.__all__` lists, imported at its first use, as there; what type
checkers see of it stands in the stub beside this file.
"""

from simulator import __all__ as __all__
from simulator import __dir__ as __dir__
from simulator import __getattr__ as __getattr__
