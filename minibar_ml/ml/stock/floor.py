"""What a hotel's floor store held, day by day: rooms are refilled from there."""

from minibar_ml.ml.frames import Frames
from minibar_ml.ml.stats.panels import Floats, Ints, panel


def floor_levels(frames: Frames, products: Ints, since: int, until: int) -> Floats:
    """Units in the floor store at the end of each day since <= day < until; 0 where it has nothing of a product.

    After the last day that anything is known of, it holds what it held then.
    """
    held = frames.floor[frames.floor["day"] < until]
    levels = panel(held, "product_id", products, "units", since, until)
    last = int(held["day"].max()) if len(held) else until - 1
    if last < since:
        levels[:] = panel(held, "product_id", products, "units", last, last + 1)
    else:
        levels[:, last + 1 - since :] = levels[:, last - since, None]
    return levels
