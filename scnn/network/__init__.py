"""Networks: an architecture with learned parameters, and its lowering to plans."""

from scnn.network.architecture import Architecture
from scnn.network.edits import Edits
from scnn.network.lowering import lower
from scnn.network.network import Network

__all__ = ["Architecture", "Edits", "Network", "lower"]
