"""Which names pretend to be somebody's: the brands that are phished most, and how their names are imitated."""

import re
import unicodedata

# Each with its own registered domains.
BRANDS = {
    "amazon": "amazon.com media-amazon.com images-amazon.com ssl-images-amazon.com amazon.jobs",
    "apple": "apple.com cdn-apple.com", "icloud": "icloud.com",
    "microsoft": "microsoft.com microsoftonline.com onmicrosoft.com microsoft365.com", "outlook": "outlook.com",
    "office365": "office365.com", "google": "google.com google.org google-analytics.com",
    "facebook": "facebook.com facebook.net", "instagram": "instagram.com cdninstagram.com",
    "whatsapp": "whatsapp.com whatsapp.net", "linkedin": "linkedin.com", "twitter": "twitter.com",
    "telegram": "telegram.org", "netflix": "netflix.com", "spotify": "spotify.com", "paypal": "paypal.com",
    "dropbox": "dropbox.com dropboxapi.com dropboxusercontent.com", "docusign": "docusign.com docusign.net",
    "adobe": "adobe.com", "steamcommunity": "steamcommunity.com", "coinbase": "coinbase.com",
    "binance": "binance.com", "metamask": "metamask.io", "blockchain": "blockchain.com",
    "mastercard": "mastercard.com mastercard.co.jp", "americanexpress": "americanexpress.com",
    "wellsfargo": "wellsfargo.com", "bankofamerica": "bankofamerica.com", "citibank": "citibank.com",
    "hsbc": "hsbc.com hsbc.co.uk", "barclays": "barclays.co.uk barclays.com",
    "santander": "santander.com santander.co.uk", "fedex": "fedex.com", "usps": "usps.com",
    "rakuten": "rakuten.co.jp rakuten.com rakuten-sec.co.jp", "mercari": "mercari.com mercari.co.jp",
    "smbc": "smbc.co.jp smbc-card.com", "smbcnikko": "smbcnikko.co.jp", "mufg": "mufg.jp",
    "mizuho": "mizuho-fg.co.jp", "mizuhobank": "mizuhobank.co.jp", "japanpost": "japanpost.jp",
    "sagawa": "sagawa-exp.co.jp", "kuronekoyamato": "kuronekoyamato.co.jp", "aeoncard": "aeon.co.jp",
    "saisoncard": "saisoncard.co.jp", "eposcard": "eposcard.co.jp", "viewcard": "viewcard.co.jp",
    "orico": "orico.co.jp", "sbisec": "sbisec.co.jp", "docomo": "docomo.ne.jp", "softbank": "softbank.jp",
    "paypay": "paypay.ne.jp", "yahoo": "yahoo.co.jp yahoo.com", "etcmeisai": "etc-meisai.jp",
    "ekinet": "eki-net.com", "nomura": "nomura.co.jp", "rakutencard": "rakuten-card.co.jp",
}
OWN = {domain for domains in BRANDS.values() for domain in domains.split()}
# Letters that pass for others.
_LOOKS = str.maketrans("аеорсухіјѕԁһӏʏɡαοɩℓ013458$@|", "aeopcyxijsdhlygaoiloleasbsal")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(label):
    """The label as a hasty eye reads it."""
    folded = unicodedata.normalize("NFKD", label.lower())
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(_LOOKS)


def imitated(label, domain):
    """How a registered label imitates a brand: (brand, how), or None. How: look, edit, words or ending."""
    if domain in OWN:
        return None
    if label in BRANDS:
        # The large ones have a domain in every country.
        return None if len(domain.rpartition(".")[2]) == 2 else (label, "ending")
    seen = skeleton(label)
    readings = {seen} | {seen.replace(pair, letter) for pair, letter in _PAIRS}
    for brand in BRANDS:
        if brand in readings or (len(brand) > 4 and seen.replace("-", "") == brand):
            return brand, "look"
    words = re.split(r"[^a-z]+", seen)
    for brand in sorted(BRANDS, key=len, reverse=True):
        if brand in words or (len(brand) > 6 and any(brand in reading for reading in readings)):
            return brand, "words"
    for brand in BRANDS:
        # Short names are one letter away from many others.
        apart = len(brand) > 5 and seen not in brand and brand not in seen
        if apart and near(seen, brand, 1 if len(brand) < 9 else 2):
            return brand, "edit"
    return None


def named_in(text):
    """The brand that stands as a word of its own in a text, or None."""
    words = set(re.split(r"[^a-z0-9]+", text.lower()))
    return next((brand for brand in BRANDS if brand in words), None)


def near(one, other, most):
    """Whether at most so many letters were added, left out, changed or swapped."""
    if abs(len(one) - len(other)) > most:
        return False
    before, row = None, list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1] <= most
