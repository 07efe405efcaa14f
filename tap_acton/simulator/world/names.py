"""Words that the generated account is made of."""

from typing import Final

# A name as written, and as it stands in an e-mail address.
FIRST: Final = (
    ("Ada", "ada"), ("Zoë", "zoe"), ("James", "james"), ("María José", "mariajose"),
    ("Wei", "wei"), ("Priya", "priya"), ("Søren", "soren"), ("Chloé", "chloe"),
    ("Kwame", "kwame"), ("花子", "hanako"), ("Olga", "olga"), ("Łukasz", "lukasz"),
    ("Fatima", "fatima"), ("Jean-Luc", "jeanluc"), ("Siobhán", "siobhan"), ("Tom", "tom"),
)  # fmt: skip
LAST: Final = (
    ("Clickwell", "clickwell"), ("Nuñez", "nunez"), ("O'Brien", "obrien"), ("Müller", "mueller"),
    ("山田", "yamada"), ("Okafor", "okafor"), ("van der Berg", "vanderberg"), ("Smith", "smith"),
    ("Ångström", "angstrom"), ("Rossi", "rossi"), ("Nguyễn", "nguyen"),
    ("Müller-Lüdenscheidt", "ml"),
    ("Kim", "kim"), ("Ivanova", "ivanova"), ("D\u2019Angelo", "dangelo"), ("Patel", "patel"),
    ('Jones "JJ"', "jones"), ("Haddad", "haddad"), ("Sato, Jr.", "sato"), ("Brown", "brown"),
)  # fmt: skip

# A company and its domain; the first ones employ more of the people.
COMPANIES: Final = (
    ("Acme, Inc.", "acme.example"), ("Globex GmbH & Co. KG", "globex.example"),
    ("Café Crème S.à r.l.", "cafecreme.example"), ("株式会社サンプル", "sample.example"),
    ("O'Reilly & Sons", "oreilly.example"), ("Initech", "initech.example"),
    ("Umbrella “Health”", "umbrella.example"), ("Hooli", "hooli.example"),
    ("Stark Industries", "stark.example"), ("Wayne Enterprises", "wayne.example"),
    ("Soylent", "soylent.example"), ("Tyrell Corp", "tyrell.example"),
    ("Wonka Foods", "wonka.example"), ("Cyberdyne Systems", "cyberdyne.example"),
    ("Blue Sun", "bluesun.example"), ("Aperture Science", "aperture.example"),
)  # fmt: skip
JOBS: Final = (
    "Sr. Manager, Demand Generation", "CEO", "VP Marketing", "Sales Rep", "Head of R&D",
    "Directrice générale", "Engineer", "", "Analyst", "Office Manager",
)  # fmt: skip
# A city and its time zone.
CITIES: Final = (
    ("Portland", "America/Los_Angeles"), ("San José", "America/Costa_Rica"),
    ("München", "Europe/Berlin"), ("東京", "Asia/Tokyo"), ("New York", "America/New_York"),
    ("Zürich", "Europe/Zurich"), ("St. John's", "America/St_Johns"), ("Pune", "Asia/Kolkata"),
    ("Accra", "Africa/Accra"), ("", ""),
)  # fmt: skip
SOURCES: Final = ("Organic Search", "Webinar", "Trade Show", "Referral", "Paid Search", "")

# The first lists of every account: each of them has broken some client.
LISTS: Final = (
    "API Example List",
    "Messages",
    "Webinar \u2013 “Frühling” 2025 / Q1; Leads & <Partners> 100%",
    "Newsletter",
    "Newsletter",
    "2026 customers",
    "名簿",
    "  padded  ",
)
# Headings of the third list: equal, equal but for case, for punctuation, and none at all.
AWKWARD: Final = ("Company", "company", "First-Name", "E mail Address", "", "", ".tz", "id")
NOTES: Final = (
    "", "called, left a message", 'said "maybe"', "line one\nline two", "tab\there",
    "emoji 🎉 and \u202eright-to-left", " leading and trailing ", "semi;colon", "C:\\path\\n",
    "NULL",
    "=1+1", "0", 'quote at end"', "\r\nstarts with a line end",
)  # fmt: skip

SUBJECTS: Final = (
    "It's been an amazing month!", "Your invoice is ready", "Frühjahrs-Update 🌷",
    "Last chance: 50% off, today only", "Q3 “results” & what's next", "新製品のお知らせ",
    "Webinar tomorrow", "{{First Name}}, we miss you",
)  # fmt: skip
TITLES: Final = (
    "Monthly Update", "Invoice notice", "Spring update", "Promotion / 50%", "Quarterly results",
    "新製品", "Webinar reminder", "Win-back",
)  # fmt: skip
SENDERS: Final = ("Jeffrey Coleman", "Zoë Nuñez", "Support “Team”", "Billing & Accounts")
CATEGORIES: Final = (
    ("Newsletter", "Our monthly newsletter"), ("Product News & Offers", "50% more, and less"),
    ("Événements / Events", "Webinars; trade shows"), ("Partner+", ""),
)  # fmt: skip
FORMS: Final = (
    "Newsletter Signup", "Contact us", "Download: “Guide”", "Événement", "Demo request",
    "お問い合わせ",
)  # fmt: skip
PAGES: Final = (
    "Signup for our Monthly Newsletter", "Thank you!", "Spring sale / 2026", "Über uns",
)  # fmt: skip
FOLDERS: Final = ("Default Folder", "2026 / Q1", "Événements")
FILES: Final = (
    "Act-On Datasheet",
    "Price list (final) v2",
    "Guía rápida",
    "会社案内",
    "Invoice & terms",
)
LINKS: Final = ("https://connect.act-on.com/hc/en-us", "https://www.example.com/?a=1&b=2")
ORIGINS: Final = (
    "User: John Doe", "User: John Doe via Act-On API", "Genealogy - e-familytree.net",
    "Program: ccc", "Subscription management",
)  # fmt: skip
NETWORKS: Final = ("Comcast", "Act-on Software", "Deutsche Telekom", "NTT")
# Operating system and browser.
DEVICES: Final = (("OS X", "Chrome"), ("Windows 10", "Edge"), ("iOS", "Safari"), ("Android", ""))
