"""How much of a look may go out unseen, by category and channel, and on which evidence."""

from __future__ import annotations

from muslin.domain.fact import Fact


class Autonomy(Fact):
    """What people saw of one category in one channel, and the share they must go on seeing."""

    category: str
    channel: str
    judged: int  # pictures that count: the newest, since evidence last began anew
    passed: int
    least_pass: float  # lower end of the pass rate's interval (Wilson, 95 %)
    level: int  # 0 = everything is seen
    share: float  # of the pictures that a person must see, (0, 1]
    critical: int  # critical failures ever
    why: str
