"""What each event of a depot changes: the ledger, lots, the depot's stock, the floor store's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What an event writes: the ledger's type and text (``{}`` takes the event's remark), and signs for F, S and Z.

    ``lot`` is +1 where a lot comes in, -1 where units are taken from lots, 0 where lots are left alone.
    """

    ledger: str
    text: str
    lot: int
    shelf: int
    floor: int


KINDS = {
    "opening": Kind("giris", "İlk stok yüklemesi - {}", 1, 1, 0),
    "delivery": Kind("giris", "Ana Depo Tedarik - {}", 1, 1, 0),
    "wrong delivery": Kind("giris", "Ana Depo Tedarik - {}", 0, 1, 0),
    "delivery deleted": Kind("cikis", "Ana Depo Tedarik Silme - {}", 0, -1, 0),
    "line deleted": Kind("cikis", "Ana Depo Tedarik Detay Silme - {}", 0, -1, 0),
    "issue": Kind("cikis", "FIFO Stok Çıkışı - zimmet_transfer", -1, -1, 1),
    "taken back": Kind("giris", "Zimmet iadesi - Otel ID: {}", 1, 1, -1),
    "written off": Kind("fire", "Manuel stok güncelleme (fire)", 0, -1, 0),
    "count, less": Kind("cikis", "Stok sayımı düzeltmesi (eksik)", 0, -1, 0),
    "count, more": Kind("giris", "Stok sayımı düzeltmesi (fazla)", 0, 1, 0),
    "purchase": Kind("giris", "Satın Alma {}", 0, 0, 0),
    "quick issue": Kind("cikis", "Hızlı zimmet atama - {}", 0, 0, 0),
    "custody issue": Kind("cikis", "Zimmet atama - {}", 0, 0, 0),
    "custody returned": Kind("giris", "Zimmet iadesi - {}", 0, 0, 0),
    "custody cancelled": Kind("giris", "Zimmet iptali - {}", 0, 0, 0),
    # an entry of what never happened, and its correction: in 2025 only the ledger knew it, today the depot's stock does
    "order accepted": Kind("cikis", "Zimmet atama - {}", 0, 0, 0),
    "corrected by hand": Kind("sayim", "düzeltme", 0, 0, 0),
    "taken by hand": Kind("cikis", "Depo çıkışı", 0, -1, 0),
    "put back by hand": Kind("giris", "Depo girişi", 0, 1, 0),
    "visit undone": Kind("giris", "Minibar işlem iptali - {}", 0, 0, 0),
}
