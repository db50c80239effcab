"""What each kind of list has: its fields, and the headings under which hotel systems export them."""

from dataclasses import dataclass
from typing import Literal

from minibar_ml.domain.imports import ImportKind

FieldType = Literal["text", "date", "time", "guests", "units", "price", "flag", "word"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a list. `headings`: the words for it, in any case and punctuation; the first two are the templates'
    (English, Turkish).
    """

    name: str
    type: FieldType
    headings: tuple[str, ...]
    is_required: bool = False


HOTEL = Field("hotel", "text", ("Hotel", "Otel", "Property", "Otel Adı", "Tesis", "Resort"))
ROOM = Field(
    "room", "text",
    ("Room No", "Oda No", "Room", "Room Number", "Room #", "R.No", "R No", "Rm", "Rm No", "Rm.", "RoomNo", "Oda",
     "Oda Numarası", "Oda Nu", "O.No", "Unit", "Zimmer", "Zimmernr", "Zimmer Nr"),
    is_required=True,
)  # fmt: skip
ARRIVES = Field(
    "arrives_on", "date",
    ("Arrival", "Geliş", "Arrival Date", "Arr", "Arr.", "Arr. Date", "Arrv", "Check-in", "Check In", "C/I", "C/In",
     "From", "Geliş Tarihi", "Giriş", "Giriş Tarihi", "Gir.Tar.", "Gel.Tar.", "Gel. Tarihi", "Check in Date",
     "Anreise"),
)  # fmt: skip
DEPARTS = Field(
    "departs_on", "date",
    ("Departure", "Gidiş", "Departure Date", "Dep", "Dep.", "Dep. Date", "Dept", "Check-out", "Check Out", "C/O",
     "C/Out", "To", "Gidiş Tarihi", "Çıkış", "Çıkış Tarihi", "Çık.Tar.", "Ayrılış", "Ayrılış Tarihi", "Gid.Tar.",
     "Check out Date", "Abreise"),
)  # fmt: skip
GUESTS = Field(
    "guests", "guests",
    ("Adults", "Kişi", "Adult", "Adl", "Adl.", "Ad", "Ad.", "Adt", "Pax", "Guests", "No of Guests", "Persons", "Pers",
     "A/C", "Adl/Chl", "Yetişkin", "Yetişkin Sayısı", "Yet", "Yet.", "Kişi Sayısı", "Misafir Sayısı", "Kişi S.",
     "Büyük",
     "Erwachsene"),
)  # fmt: skip
DAY = Field(
    "day", "date",
    ("Date", "Tarih", "Business Date", "İş Günü", "Day", "Gün", "Night", "Gece", "List Date", "Liste Tarihi",
     "Report Date", "Rapor Tarihi", "Stay Date", "As Of"),
)  # fmt: skip
STATUS = Field(
    "status", "word",
    ("Status", "Durum", "FO Status", "F.O. Status", "Room Status", "Oda Durumu", "Res. Status", "Reservation Status",
     "Rez. Durumu", "Rezervasyon Durumu", "Occupancy", "Doluluk", "Occ"),
)  # fmt: skip
PRODUCT = Field(
    "product", "text",
    ("Product", "Ürün", "Item", "Article", "Product Name", "Description", "Item Name", "Ürün Adı", "Malzeme",
     "Malzeme Adı", "Stok Adı", "Stok", "Artikel", "Urun", "Ürün Kodu", "Product Code", "Item Code", "PLU"),
    is_required=True,
)  # fmt: skip
IS_ACTIVE = Field("is_active", "flag", ("Active", "Aktif", "In Use", "Enabled", "Kullanımda", "Durum"))


def _arrival(headings: tuple[str, ...]) -> Field:
    return Field("at", "time", headings)


ARRIVAL_HOUR = _arrival(
    ("Arr.Time", "Geliş Saati", "Arrival Time", "Arr Time", "ETA", "Arr. Time", "Time", "Saat", "Giriş Saati",
     "C/I Time",
     "Varış Saati", "Check-in Time")
)  # fmt: skip
DEPARTURE_HOUR = _arrival(
    ("Dep.Time", "Çıkış Saati", "Departure Time", "Dep Time", "ETD", "Dep. Time", "Time", "Saat", "Gidiş Saati",
     "Ayrılış Saati", "C/O Time", "Check-out Time")
)  # fmt: skip
FIELDS: dict[ImportKind, tuple[Field, ...]] = {
    "rooms": (
        ROOM,
        Field("floor", "text", ("Floor", "Kat", "Floor Name", "Kat Adı", "Level", "Kat No")),
        Field("type", "text", ("Type", "Oda Tipi", "Room Type", "R.Type", "Rm Type", "Category", "Tip", "Tür",
                               "Oda Türü",
                               "RT", "Room Class")),
        IS_ACTIVE,
        HOTEL,
    ),
    "products": (
        Field("name", "text", ("Product", "Ürün", *PRODUCT.headings[2:-4], "Name", "Ad", "Adı"), is_required=True),
        Field("code", "text", ("Code", "Kod", "Product Code", "Item Code", "SKU", "PLU", "Barcode", "Ürün Kodu",
                               "Stok Kodu",
                               "Barkod", "Kodu")),
        Field("sale_price", "price", ("Price", "Satış Fiyatı", "Sale Price", "Sales Price", "Unit Price", "Fiyat",
                                      "S.Fiyat",
                                      "Satış", "Birim Fiyat", "Retail Price")),
        Field("purchase_price", "price", ("Cost", "Alış Fiyatı", "Purchase Price", "Unit Cost", "Cost Price", "A.Fiyat",
                                          "Maliyet", "Alış")),
        Field("critical_units", "units", ("Minimum Stock", "Kritik Stok", "Critical Stock", "Min Stock", "Min", "Par",
                                          "Reorder Level", "Minimum Stok", "Kritik Seviye")),
        IS_ACTIVE,
    ),
    "people": (
        Field("name", "text", ("Name", "Ad Soyad", "Full Name", "Employee", "Staff", "Adı Soyadı", "Personel", "İsim",
                               "Personel Adı", "Attendant"), is_required=True),
        Field("login", "text", ("User", "Kullanıcı Adı", "Login", "Username", "User Name", "User ID", "Kullanıcı",
                                "Personel No", "Sicil No", "Employee No", "Staff No")),
        Field("role", "word", ("Role", "Görev", "Position", "Job", "Title", "Rol", "Görevi", "Unvan", "Yetki")),
        Field("email", "text", ("Email", "E-posta", "E-mail", "Mail", "Eposta")),
        IS_ACTIVE,
        HOTEL,
    ),
    "in_house": (ROOM, ARRIVES, DEPARTS, GUESTS, STATUS, DAY, HOTEL),
    "arrivals": (ROOM, ARRIVES, DEPARTS, GUESTS, ARRIVAL_HOUR, HOTEL),
    "departures": (ROOM, ARRIVES, DEPARTS, GUESTS, DEPARTURE_HOUR, HOTEL),
    "checks": (
        ROOM,
        Field("on", "date", ("Date", "Tarih", "Posting Date", "Check Date", "Business Date", "Trx Date", "Date Time",
                             "Datetime", "İşlem Tarihi", "Kontrol Tarihi", "Tarih Saat", "Trans Date", "Datum"),
              is_required=True),
        Field("at", "time", ("Time", "Saat", "Posting Time", "Check Time", "Trx Time", "İşlem Saati", "Kontrol Saati")),
        Field("person", "text", ("Attendant", "Personel", "User", "Employee", "Staff", "Posted By", "Cashier",
                                 "Kullanıcı",
                                 "Kat Görevlisi", "Kat Sorumlusu", "Görevli", "Housekeeper", "Server")),
        Field("product", "text", PRODUCT.headings),
        Field("consumed", "units", ("Consumed", "Tüketim", "Qty", "Quantity", "Units", "Adet", "Miktar",
                                    "Amount Consumed",
                                    "Qty Consumed", "Tüketilen", "Sarfiyat", "Menge", "Sold")),
        Field("refilled", "units", ("Refilled", "Eklenen", "Refill", "Added", "Put In", "Qty Refilled", "Dolum",
                                    "Dolum Adet",
                                    "İlave", "Eklenen Miktar", "Konulan")),
        Field("result", "word", ("Result", "Sonuç", "Status", "Durum", "Check Result", "Kontrol Sonucu")),
        Field("is_complimentary", "flag", ("Complimentary", "İkram", "Comp", "Free", "Bedelsiz", "Ücretsiz")),
        Field("price", "price", ("Price", "Fiyat", "Unit Price", "Birim Fiyat")),
        HOTEL,
    ),
    "movements": (
        Field("on", "date", ("Date", "Tarih", "Movement Date", "Trx Date", "Document Date", "İşlem Tarihi",
                             "Hareket Tarihi",
                             "Fiş Tarihi", "Tarih Saat", "Date Time"), is_required=True),
        Field("at", "time", ("Time", "Saat", "İşlem Saati")),
        PRODUCT,
        Field("kind", "word", ("Movement", "Hareket", "Kind", "Type", "Movement Type", "Transaction",
                               "Transaction Type",
                               "Hareket Tipi", "Hareket Türü", "İşlem", "İşlem Tipi", "İşlem Türü", "Tür", "Fiş Türü"),
              is_required=True),
        Field("units", "units", ("Units", "Miktar", "Qty", "Quantity", "Adet", "Amount", "Menge"), is_required=True),
        Field("reference", "text", ("Reference", "Fiş No", "Document", "Document No", "Doc No", "Ref", "Ref No",
                                    "Belge No",
                                    "Referans", "Evrak No", "Fatura No", "Invoice No")),
        Field("holder", "text", ("Handed To", "Teslim Alan", "Holder", "Issued To", "Recipient", "To", "Alan",
                                 "Personel",
                                 "Departman", "Department")),
        HOTEL,
    ),
    "orders": (
        Field("number", "text", ("Order No", "Sipariş No", "Order", "Order Number", "PO", "PO No", "Purchase Order",
                                 "Sipariş", "Sipariş Numarası")),
        PRODUCT,
        Field("ordered_on", "date", ("Ordered", "Sipariş Tarihi", "Order Date", "Date", "Ordered On", "Tarih",
                                     "PO Date"),
              is_required=True),
        Field("due_on", "date", ("Due", "Teslim Tarihi", "Due Date", "Delivery Date", "Expected", "Expected Delivery",
                                 "Beklenen Teslim", "Tahmini Teslim", "Termin")),
        Field("ordered", "units", ("Qty", "Miktar", "Ordered Qty", "Quantity", "Units", "Order Qty", "Adet",
                                   "Sipariş Miktarı",
                                   "Sipariş Adedi"), is_required=True),
        Field("received", "units", ("Received", "Teslim Alınan", "Received Qty", "Delivered", "Gelen", "Gelen Miktar",
                                    "Teslim Alınan Miktar")),
        HOTEL,
    ),
}  # fmt: skip
"""The fields of each kind, in the order of its template."""
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "role": {
        "administrator": ("Administrator", "Yönetici", "Admin", "Manager", "Müdür", "Sistem Yöneticisi", "Supervisor",
                          "General Manager", "Genel Müdür", "Otel Müdürü", "Housekeeping Manager", "F&B Manager",
                          "Kat Hizmetleri Müdürü", "Executive Housekeeper", "Kat Şefi"),
        "storekeeper": ("Storekeeper", "Depocu", "Store", "Warehouse", "Depo Sorumlusu", "Depo", "Storeman",
                        "Depo Görevlisi", "Depo Elemanı", "Ambar", "Ambarcı", "Stock Keeper", "Store Keeper",
                        "Warehouse Keeper", "Purchasing", "Satın Alma"),
        "attendant": ("Attendant", "Kat Görevlisi", "Housekeeper", "Housekeeping", "Minibar", "Minibar Attendant",
                      "Kat Sorumlusu", "Room Attendant", "Maid", "Kat Hizmetleri", "Minibarcı", "HK",
                      "Minibar Görevlisi", "Minibar Sorumlusu", "Minibar Elemanı", "Mini Bar", "Mini Bar Attendant",
                      "Housekeeping Attendant", "Kat Elemanı", "Kat Hizmetlisi", "Room Maid", "Floor Attendant"),
    },
    "status": {
        "occupied": ("Occupied", "Dolu", "OCC", "OC", "OD", "OI", "In House", "Konaklıyor", "Konaklayan", "Stayover",
                     "Checked In", "Check-in", "CI", "Giriş Yaptı", "Due Out", "Arrived", "Dolu Temiz", "Dolu Kirli",
                     "Occupied Clean", "Occupied Dirty", "Active", "Aktif"),
        "vacant": ("Vacant", "Boş", "VAC", "VC", "VD", "VI", "OOO", "OOS", "Out of Order", "Out of Service", "Arızalı",
                   "Boş Temiz", "Boş Kirli", "Vacant Clean", "Vacant Dirty", "Checked Out", "Check-out", "CO",
                   "Çıkış Yaptı", "Cancelled", "İptal", "No Show", "Reserved", "Rezerve", "Reservation", "Due In",
                   "Expected", "Beklenen"),
    },
    "result": {
        "found": ("Found", "Tüketim Var", "Consumed", "Consumption", "Refilled", "Used", "Charged", "Dolduruldu", "Var",
                  "Sarfiyat Var", "Eksik Var", "Posted", "Yes", "Evet"),
        "empty": ("Nothing Used", "Tüketim Yok", "Empty", "None", "No Consumption", "Full", "OK", "Nothing", "Yok",
                  "Sarfiyat Yok", "Tam", "Eksik Yok", "No", "Hayır", "Not Used", "No Use"),
        "dnd": ("DND", "Rahatsız Etmeyin", "Do Not Disturb", "Refused", "Not Entered", "Girilemedi", "RE", "No Access",
                "Girilmedi", "Rahatsız Etme"),
    },
    "kind": {
        "delivery": ("Delivery", "Giriş", "Receipt", "Received", "In", "Purchase", "Goods Receipt", "Tedarik", "Alım",
                     "Mal Kabul", "Satın Alma", "GRN", "Depo Girişi"),
        "issue": ("Issue", "Çıkış", "Issued", "Out", "Transfer", "Sarf", "Zimmet", "Depo Çıkışı", "Teslim",
                  "Requisition",
                  "Kat Çıkışı"),
        "return": ("Return", "İade", "Returned", "Zimmet İadesi", "Depoya İade", "Return to Store"),
        "write_off": ("Write-off", "Fire", "Waste", "Breakage", "Spoilage", "Wastage", "Zayi", "İmha", "Write Off",
                      "Expired",
                      "SKT", "Kırık"),
        "count": ("Count", "Sayım", "Stock Count", "Inventory", "Stock Take", "Stocktake", "Devir", "Opening", "Açılış",
                  "Stok Sayımı"),
        "reversal": ("Reversal", "İptal", "Cancelled", "Cancel", "Cancellation", "Void", "Storno", "Ters Kayıt"),
    },
}  # fmt: skip
"""The words of each field of type `word`, by what they mean; the first two are the templates'."""
YES = ("Yes", "Evet", "Y", "E", "True", "1", "X", "Active", "Aktif", "Doğru", "Var")
NO = ("No", "Hayır", "N", "H", "False", "0", "", "Inactive", "Pasif", "Yanlış", "Kapalı", "Yok", "Closed", "OOO")
