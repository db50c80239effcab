"""What a file's name says: which kind of list it is, and of which day."""

from datetime import date

from minibar_ml.domain.imports import ImportKind
from minibar_ml.intake.dates import days_in
from minibar_ml.intake.words import bare

NAMES: tuple[tuple[ImportKind, tuple[str, ...]], ...] = (
    (
        "checks",
        (
            "minibar kontrol",
            "minibar check",
            "minibar posting",
            "minibar tüketim",
            "minibar sarfiyat",
            "minibar consumption",
        ),
    ),
    ("movements", ("depo giriş", "depo çıkış", "stok giriş", "stok çıkış")),
    ("in_house", ("in house", "guests in house", "inhouse", "konaklayan", "odadaki", "oda durum", "gih", "resident")),
    ("arrivals", ("arrival", "check in", "geliş", "gelen", "gelecek", "girişler", "giriş list")),
    (
        "departures",
        ("departure", "check out", "gidiş", "giden", "çıkacak", "çıkan", "ayrılan", "çıkışlar", "çıkış list"),
    ),
    ("movements", ("movement", "hareket", "stok", "stock", "depo", "ledger")),
    ("orders", ("order", "sipariş", "satın alma", "purchase")),
    ("checks", ("check", "kontrol", "minibar", "sarfiyat", "tüketim", "consumption", "posting")),
    ("products", ("product", "ürün", "article", "malzeme")),
    ("people", ("people", "personel", "staff", "user", "kullanıcı", "employee")),
    ("rooms", ("room", "oda list", "odalar")),
)
"""Words of file names by kind, the more telling ones first: `room` stands in many names."""


def kind_of(name: str) -> ImportKind | None:
    """The kind of list that a file's name says; None where it says none."""
    word = bare(name.rsplit(".", 1)[0])
    return next((kind for kind, words in NAMES if any(bare(one) in word for one in words)), None)


def day_of(name: str) -> date | None:
    """The day in a file's name, where it names just one."""
    days = days_in(name.rsplit(".", 1)[0])
    return next(iter(days)) if len(days) == 1 else None
