"""minibar_dolum_talepleri: the time of an answer is written as UTC without a zone."""

import pandas as pd

from minibar_ml.simulate.arrays import stream
from minibar_ml.simulate.truth import Truth


def request_table(truth: Truth) -> pd.DataFrame:
    """Guests' requests. Nobody refuses one, so those are cancelled; a cancelled one has a time, too.

    ``tamamlanma_tarihi`` is UTC without a zone: what the database makes of it is the layout's affair.
    """
    requests = truth.requests
    rng = stream(truth.plan, "cancelled requests")
    status = requests["durum"].replace("reddedildi", "iptal")
    waited = pd.to_timedelta(rng.integers(300, 3600, len(requests)), unit="s")
    answered = requests["tamamlanma_tarihi"].where(status != "iptal", requests["talep_tarihi"] + waited)
    return requests.assign(
        durum=status,
        tamamlanma_tarihi=answered.dt.tz_localize(None),
        notlar=status.map({"iptal": "Misafir vazgeçti"}),
    )
