"""How often a caller may ask: a bucket of tokens for each, filled at a steady rate."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RateLimiter", "caller_of"]

# One household or server has a whole network of IPv6 addresses (RFC 6177).
_IPV6_PREFIX = 64


class RateLimiter:
    """Says how long a caller has to wait; safe to use from threads.

    The callers remembered are bounded: the one that was quiet longest is forgotten
    first, and begins with a full bucket when it comes again.
    """

    def __init__(
        self,
        *,
        per_second: float,
        burst: float,
        most_callers: int,
        clock: Callable[[], float],
    ) -> None:
        """Set the bounds.

        Args:
            per_second: What every caller may use, on average.
            burst: What it may use at once after a pause.
            most_callers: How many are remembered.
            clock: A monotonic clock, in seconds.
        """
        self._rate = per_second
        self._burst = burst
        self._most = most_callers
        self._clock = clock
        # Caller to what is left, and when that was.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, caller: str, cost: float = 1.0) -> int:
        """Use up a cost; give 0, or the whole seconds to wait where it is too much.

        A cost above the burst is let through when the bucket is full, and owed.
        """
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._rate)
            needed = min(cost, self._burst)
            late = 0 if left >= needed else math.ceil((needed - left) / self._rate)
            self._buckets[caller] = (left if late else left - cost, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return late


def caller_of(address: str) -> str:
    """Name a caller by its address: IPv6 by its network, anything else as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
