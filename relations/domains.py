"""The internet domain an organization is known by: of its e-mail address, else of its website."""

from urllib.parse import urlsplit

LONGEST = 200
# Whose addresses say nothing about where somebody works.
FREE = {
    "aol.com", "casema.nl", "chello.nl", "freeler.nl", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hccnet.nl", "hetnet.nl", "home.nl", "hotmail.be", "hotmail.co.uk", "hotmail.com", "hotmail.fr", "hotmail.nl",
    "icloud.com", "kpnmail.nl", "kpnplanet.nl", "live.be", "live.com", "live.nl", "mac.com", "mail.com", "me.com",
    "msn.com", "onsbrabantnet.nl", "online.nl", "outlook.be", "outlook.com", "outlook.nl", "planet.nl", "proton.me",
    "protonmail.com", "quicknet.nl", "skynet.be", "solcon.nl", "telenet.be", "telfort.nl", "tele2.nl", "upcmail.nl",
    "versatel.nl", "wanadoo.nl", "web.de", "wxs.nl", "xs4all.nl", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr",
    "yahoo.nl", "zeelandnet.nl", "ziggo.nl", "zonnet.nl",
}  # fmt: skip
# Where many have their page.
SHARED = {"facebook.com", "instagram.com", "linkedin.com", "nl.linkedin.com", "sites.google.com", "x.com"}


def of_email(email: str) -> str:
    """`Jan@Acme.nl` is acme.nl; nothing for addresses anybody can have."""
    domain = email.rpartition("@")[2].strip().casefold() if "@" in email else ""
    return "" if domain in FREE else domain[:LONGEST]


def of_website(website: str) -> str:
    """`https://www.acme.nl/over` is acme.nl; nothing for pages on somebody else's site."""
    text = website.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:  # half typed: `http://[`
        return ""
    host = host.removeprefix("www.")
    return "" if "." not in host or host in FREE | SHARED else host[:LONGEST]


def domain_of(email: str, website: str) -> str:
    """The domain a relation is known by, empty when it has none of its own."""
    return of_email(email) or of_website(website)
