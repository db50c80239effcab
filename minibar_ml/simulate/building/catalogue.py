"""Names and prices of what a Turkish hotel keeps: product groups, products, room types, people."""

PRODUCT_GROUPS = (
    "Alkollü İçecekler",
    "Alkolsüz İçecekler",
    "Atıştırmalık Ürünler",
    "Sıcak İçecekler",
)

# name, group (1-based), unit, purchase price, sale price, popularity (relative), units in a minibar
PRODUCTS: tuple[tuple[str, int, str, float, float | None, float, int], ...] = (
    ("Su Cam Şişe 330 ml", 2, "Şişe", 17.50, 45.00, 16.0, 3),
    ("Bira Efes Şişe 33 cl", 1, "Şişe", 30.00, 95.00, 12.0, 3),
    ("Kola Kutu 250 ml", 2, "Kutu", 9.55, 40.00, 11.0, 2),
    ("Maden Suyu Sade 200 ml", 2, "Şişe", 8.00, 30.00, 8.0, 2),
    ("Çikolata Fındıklı 33 gr", 3, "Adet", 19.04, 60.00, 7.0, 2),
    ("Tuzlu Fıstık 60 gr", 3, "Adet", 25.00, 70.00, 6.0, 2),
    ("Ice Tea Şeftali 330 ml", 2, "Kutu", 26.45, 65.00, 6.0, 2),
    ("Cips Kutu 40 gr", 3, "Adet", 68.90, 150.00, 5.0, 2),
    ("Portakal Suyu 200 ml", 2, "Kutu", 14.20, 50.00, 5.0, 2),
    ("Kola Şekersiz Kutu 250 ml", 2, "Kutu", 7.95, 40.00, 4.5, 2),
    ("Beyaz Şarap 187 ml", 1, "Şişe", 52.08, 180.00, 3.5, 1),
    ("Enerji İçeceği 250 ml", 2, "Kutu", 25.00, 90.00, 3.5, 2),
    ("Kırmızı Şarap 187 ml", 1, "Şişe", 52.08, 180.00, 3.0, 1),
    ("Türk Kahvesi 6 gr", 4, "Adet", 22.82, None, 3.0, 2),
    ("Gazoz Kutu 250 ml", 2, "Kutu", 9.55, 40.00, 3.0, 2),
    ("Bisküvi Peynirli 50 gr", 3, "Adet", 12.75, 35.00, 2.5, 2),
    ("Antep Fıstığı Kavanoz 80 gr", 3, "Adet", 45.00, 140.00, 2.0, 1),
    ("Viski Minyatür 5 cl", 1, "Şişe", 88.00, 260.00, 2.0, 1),
    ("Votka Minyatür 5 cl", 1, "Şişe", 74.00, 220.00, 2.0, 1),
    ("Soğuk Kahve 240 ml", 2, "Kutu", 45.45, 110.00, 1.8, 1),
    ("Köpüklü Şarap 20 cl", 1, "Şişe", 99.00, 320.00, 1.2, 1),
    ("Sakız Nane 27 gr", 3, "Adet", 34.89, 75.00, 1.2, 1),
    ("Kapsül Kahve", 4, "Adet", 21.86, None, 1.0, 2),
    ("Rakı Minyatür 5 cl", 1, "Şişe", 69.00, 210.00, 1.0, 1),
)

# name, share of the rooms, drawers, guests it holds, consumption relative to a standard room
ROOM_TYPES: tuple[tuple[str, float, int, int, float], ...] = (
    ("STANDARD", 0.70, 1, 2, 1.0),
    ("JUNIOR SUITE", 0.15, 1, 3, 1.25),
    ("QUEEN SUITE", 0.10, 2, 4, 1.5),
    ("KING SUITE", 0.05, 2, 4, 1.9),
)

HOTEL_NAMES = (
    "Yasemin Otel",
    "Girne Palas",
    "Zeytin Bahçe Otel",
    "Akdeniz Resort",
    "Karpaz Otel",
    "Lefkoşa Şehir Otel",
)

FIRST_NAMES = (
    "Ayşe", "Mehmet", "Fatma", "Çağrı", "Emine", "Özgür", "Zeynep", "İbrahim", "Elif", "Şükrü",
    "Hatice", "Uğur", "Gülşen", "Barış", "Sevgi", "Işıl", "Kemal", "Nazlı", "Ömer", "Dilek",
)  # fmt: skip
LAST_NAMES = (
    "Yılmaz", "Çelik", "Şahin", "Öztürk", "Kılıç", "Aydın", "Güneş", "Doğan", "İnce", "Arslan",
    "Koç", "Uçar", "Yıldız", "Işık", "Çetin", "Bozkurt", "Erdoğdu", "Şen", "Güler", "Taş", "Özkan",
    "Avcı", "Kurt",
)  # fmt: skip
