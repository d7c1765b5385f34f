"""`python3 -m plugin [fd]` runs moto's server with the lab's additions. The port is announced on `fd`."""

import sys

from . import changes, server  # noqa: F401 - the changes register themselves

if __name__ == "__main__":
    server.end_with(sys.stdin.fileno())
    server.serve(int(sys.argv[1]) if len(sys.argv) > 1 else None, server.application())
