"""One thread at a time builds networks or puts parameters into them.

While diffusers and transformers open a network, they patch torch for the whole process: parameters
that any other thread makes meanwhile are on the meta device, without content (accelerate's
`init_empty_weights` exchanges `nn.Module.register_parameter`). A server opens networks in several
threads: one times a plan, one draws orders, one checks what is served.
"""

from __future__ import annotations

import threading

BUILDING = threading.RLock()
