#!/usr/bin/env python3
"""Make up the consent records of the shop: data/consent.csv.gz.

The raw table knows nothing about consent, so this script invents it: every
record is made up. The seed is fixed, so the same file comes out every time:

    python3 scripts/make_consent.py

One row is what one customer said about one purpose; no row means that nobody
ever asked:

    customer,purpose,status,granted_at
"""

import csv
import datetime
import gzip
import io
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent.parent
NOW = datetime.datetime(2011, 12, 9, 20, 0, 0)
SEED = 20111209
SHARES = {
    # Legitimate interest: open unless somebody objects.
    "own_offers": [("objected", 0.04)],
    "what_i_bought": [("granted", 0.68), ("denied", 0.12), ("withdrawn", 0.05)],
}


def main():
    rng = random.Random(SEED)
    with gzip.open(HERE / "data/customers.csv.gz", "rt", encoding="utf-8", newline="") as table:
        customers = list(csv.DictReader(table))
    rows = []
    for row in customers:
        first = datetime.datetime.fromisoformat(row["first_seen"])
        for purpose, shares in SHARES.items():
            drawn, so_far = rng.random(), 0.0
            # Whoever agrees does so some time between the first order and now.
            at = first + (NOW - first) * rng.random()
            for status, share in shares:
                so_far += share
                if drawn < so_far:
                    granted = f"{at:%Y-%m-%dT%H:%M:%SZ}" if status == "granted" else ""
                    rows.append([row["customer"], purpose, status, granted])
                    break
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["customer", "purpose", "status", "granted_at"])
    out.writerows(rows)
    with open(HERE / "data/consent.csv.gz", "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{len(rows)} records of {len({row[0] for row in rows})} customers")


if __name__ == "__main__":
    main()
