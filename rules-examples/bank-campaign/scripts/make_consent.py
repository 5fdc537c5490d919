#!/usr/bin/env python3
"""Make up the consent records of the bank world: data/consent.csv.gz.

The two customer tables know nothing about consent, so this script invents it:
every record is made up. The seed is fixed, so the same file comes out every time.
Nothing but the standard library is needed:

    python3 scripts/make_consent.py

The tables have no customer id either: a customer is the name of the table and the
number of the row, from 1, as in `bank-full#17`. One row is what one customer said
about one purpose:

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
NOW = datetime.datetime(2026, 11, 22, 9, 0, 0)
SEED = 20261124
TABLES = ["bank-full", "bank-additional-full"]

# What share of the customers is in which state, per purpose. The states:
#   good       granted, lately, with today's version of the text, and confirmed
#   old_text   granted, but to a version of the text that no longer counts
#   old        granted longer ago than a grant is good for
#   pending    granted, but the confirmation was never answered
#   denied, withdrawn, objected: what the words say
#   (the rest) never asked, so there is no row
SHARES = {
    # Legitimate interest: open unless somebody objects, so most have no row.
    "bank_offers": [("objected", 0.06)],
    "money_profile": [
        ("good", 0.48),
        ("old_text", 0.06),
        ("old", 0.08),
        ("denied", 0.12),
        ("withdrawn", 0.04),
    ],
    "phone_offers": [
        ("good", 0.38),
        ("pending", 0.05),
        ("old", 0.08),
        ("denied", 0.20),
        ("withdrawn", 0.06),
    ],
}
TODAYS_VERSION = {"bank_offers": 1, "money_profile": 3, "phone_offers": 1}
GOOD_FOR = {"bank_offers": 12, "money_profile": 12, "phone_offers": 24}          # months


def days_ago(rng, least, most):
    """A morning between `least` and `most` days before NOW."""
    return NOW - datetime.timedelta(days=least + int((most - least) * rng.random()), hours=1)


def record(rng, purpose, state):
    """The four cells that follow customer and purpose."""
    version = TODAYS_VERSION[purpose]
    good_for = 30 * GOOD_FOR[purpose]
    if state == "good":
        return ["granted", days_ago(rng, 5, good_for - 10), version, "yes"]
    if state == "old_text":
        return ["granted", days_ago(rng, 150, good_for - 10), version - 1, "yes"]
    if state == "old":
        return ["granted", days_ago(rng, good_for + 40, good_for + 500), version, "yes"]
    if state == "pending":
        return ["granted", days_ago(rng, 1, 60), version, "no"]
    if state == "withdrawn":
        return ["withdrawn", days_ago(rng, 100, 900), version, "yes"]
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


def customers(table):
    """The ids of a table: its name and the number of each row."""
    path = HERE / f"data/{table}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for number, _ in enumerate(csv.DictReader(lines, delimiter=";"), 1):
            yield f"{table}#{number}"


def main():
    rng = random.Random(SEED)
    rows = []
    for table in TABLES:
        for customer in customers(table):
            for purpose, shares in SHARES.items():
                state = pick(rng, shares)
                if state is None:
                    continue
                status, at, version, confirmed = record(rng, purpose, state)
                at = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
                rows.append([customer, purpose, status, at, version, confirmed])
    header = ["customer", "purpose", "status", "granted_at", "version", "confirmed"]
    write(HERE / "data/consent.csv.gz", header, rows)
    print(f"{len(rows)} records")


if __name__ == "__main__":
    main()
