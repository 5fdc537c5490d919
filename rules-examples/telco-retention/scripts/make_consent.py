#!/usr/bin/env python3
"""Make up the consent records of the telco world: data/consent.csv.gz.

The customer table knows nothing about consent, so this script invents it: every
record is made up. The seed is fixed, so the same file comes out every time.
Nothing but the standard library is needed:

    python3 scripts/make_consent.py

One row is what one customer said about one purpose:

    customer,purpose,status,granted_at,version,confirmed

No row means that nobody ever asked: the status is then unknown.
"""

import csv
import datetime
import gzip
import io
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent.parent
NOW = datetime.datetime(2026, 11, 22, 17, 0, 0)
SEED = 20261122

# What share of the customers is in which state, per purpose. The states:
#   good       granted, lately, with today's version of the text, and confirmed
#   old_text   granted, but to a version of the text that no longer counts
#   old        granted longer ago than a grant is good for
#   pending    granted, but the confirmation mail was never answered
#   denied, withdrawn, objected: what the words say
#   (the rest) never asked, so there is no row
SHARES = {
    # Legitimate interest: open unless somebody objects, so most have no row.
    "own_offers": [("objected", 0.05)],
    "fitting_offers": [
        ("good", 0.52),
        ("old_text", 0.08),
        ("old", 0.06),
        ("denied", 0.11),
        ("withdrawn", 0.05),
    ],
    "household": [("good", 0.38), ("pending", 0.08), ("denied", 0.14), ("withdrawn", 0.02)],
    "newsletter": [
        ("good", 0.42),
        ("pending", 0.05),
        ("old", 0.09),
        ("denied", 0.17),
        ("withdrawn", 0.08),
    ],
}
TODAYS_VERSION = {"own_offers": 1, "fitting_offers": 2, "household": 1, "newsletter": 1}


def months_ago(rng, least, most):
    """An instant between `least` and `most` months (of 30 days) before NOW, give or take a day."""
    days = 30 * (least + (most - least) * rng.random()) + rng.random()
    return NOW - datetime.timedelta(seconds=int(days * 86_400))


def record(rng, purpose, state, tenure):
    """The four cells that follow customer and purpose; nobody said yes before they came."""
    version = TODAYS_VERSION[purpose]
    if state == "old" and tenure < 27 or state == "old_text" and tenure < 13:
        state = "good"
    if state == "good":
        return ["granted", months_ago(rng, 0, min(22, tenure)), version, "yes"]
    if state == "old_text":
        return ["granted", months_ago(rng, 12, min(22, tenure)), version - 1, "yes"]
    if state == "old":
        return ["granted", months_ago(rng, 26, min(48, tenure)), version, "yes"]
    if state == "pending":
        return ["granted", months_ago(rng, 0, min(6, tenure)), version, "no"]
    if state == "withdrawn":
        return ["withdrawn", months_ago(rng, 0, min(40, tenure)), version, "yes"]
    return [state, None, "", ""]


def pick(rng, shares):
    """One state by its share, or None for the rest."""
    point = rng.random()
    for state, share in shares:
        if point < share:
            return state
        point -= share
    return None


def write(path, header, rows):
    """A gzip without name and time, so that the same rows give the same bytes."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def main():
    rng = random.Random(SEED)
    with gzip.open(HERE / "data/telco-customer-churn.csv.gz", "rt", encoding="utf-8", newline="") as table:
        customers = [(row["customerID"], int(row["tenure"])) for row in csv.DictReader(table)]
    rows = []
    for customer, tenure in customers:
        for purpose, shares in SHARES.items():
            state = pick(rng, shares)
            if state is None:
                continue
            status, at, version, confirmed = record(rng, purpose, state, tenure)
            at = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
            rows.append([customer, purpose, status, at, version, confirmed])
    header = ["customer", "purpose", "status", "granted_at", "version", "confirmed"]
    write(HERE / "data/consent.csv.gz", header, rows)
    print(f"{len(rows)} records for {len(customers)} customers")


if __name__ == "__main__":
    main()
