#!/usr/bin/env python3
"""Cut the shop's customers and what they bought out of the raw table.

    python3 scripts/slice.py online-retail.csv.gz

The raw table has a row for each line of an invoice (541,909 of them). Here one
invoice is one event: `purchase`, or `refund` where the number of the invoice
begins with C, with its amount and the number of its lines. Lines without a
customer say nothing about anybody and are left out, and so are lines that are
no goods at all but bookings (number A...). The clock of the table is the
shop's, in London, without a zone; here it is an instant.

Written are data/customers.csv.gz (customer,country,zone,first_seen) and
data/events.csv.gz (customer,event,at,id,amount,lines).
"""

import csv
import datetime
import gzip
import io
import pathlib
import sys
import zoneinfo
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent.parent
LONDON = zoneinfo.ZoneInfo("Europe/London")

# The table's names for countries: the code of each, and where its clocks are read. Countries with several zones have
# that of their largest city; what names no country has neither.
COUNTRIES = {
    "Australia": ("AU", "Australia/Sydney"), "Austria": ("AT", "Europe/Vienna"), "Bahrain": ("BH", "Asia/Bahrain"),
    "Belgium": ("BE", "Europe/Brussels"), "Brazil": ("BR", "America/Sao_Paulo"), "Canada": ("CA", "America/Toronto"),
    "Channel Islands": ("JE", "Europe/Jersey"), "Cyprus": ("CY", "Asia/Nicosia"),
    "Czech Republic": ("CZ", "Europe/Prague"), "Denmark": ("DK", "Europe/Copenhagen"), "EIRE": ("IE", "Europe/Dublin"),
    "Finland": ("FI", "Europe/Helsinki"), "France": ("FR", "Europe/Paris"), "Germany": ("DE", "Europe/Berlin"),
    "Greece": ("GR", "Europe/Athens"), "Hong Kong": ("HK", "Asia/Hong_Kong"), "Iceland": ("IS", "Atlantic/Reykjavik"),
    "Israel": ("IL", "Asia/Jerusalem"), "Italy": ("IT", "Europe/Rome"), "Japan": ("JP", "Asia/Tokyo"),
    "Lebanon": ("LB", "Asia/Beirut"), "Lithuania": ("LT", "Europe/Vilnius"), "Malta": ("MT", "Europe/Malta"),
    "Netherlands": ("NL", "Europe/Amsterdam"), "Norway": ("NO", "Europe/Oslo"), "Poland": ("PL", "Europe/Warsaw"),
    "Portugal": ("PT", "Europe/Lisbon"), "RSA": ("ZA", "Africa/Johannesburg"), "Saudi Arabia": ("SA", "Asia/Riyadh"),
    "Singapore": ("SG", "Asia/Singapore"), "Spain": ("ES", "Europe/Madrid"), "Sweden": ("SE", "Europe/Stockholm"),
    "Switzerland": ("CH", "Europe/Zurich"), "USA": ("US", "America/New_York"),
    "United Arab Emirates": ("AE", "Asia/Dubai"), "United Kingdom": ("GB", "Europe/London"),
    "European Community": ("", ""), "Unspecified": ("", ""),
}


def write(name, header, rows):
    """A gzip without name and time, so that the same rows give the same bytes."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    with open(HERE / "data" / name, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{name}: {len(rows)} rows")


def main(path):
    invoices, lived, first = {}, {}, {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            customer = row["CustomerID"].removesuffix(".0")
            if not customer or row["InvoiceNo"].startswith("A"):
                continue
            local = datetime.datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON)
            at = local.astimezone(datetime.timezone.utc)
            invoice = invoices.setdefault((customer, row["InvoiceNo"]), [at, Decimal(0), 0])
            invoice[1] += int(row["Quantity"]) * Decimal(row["UnitPrice"])
            invoice[2] += 1
            # Eight customers stand under two countries: the later one counts.
            lived[customer] = row["Country"]
            first[customer] = min(first.get(customer, at), at)
    customers = [
        [customer, *COUNTRIES[lived[customer]], f"{first[customer]:%Y-%m-%d}"] for customer in sorted(lived)
    ]
    events = []
    for (customer, number), (at, amount, lines) in sorted(invoices.items(), key=lambda item: (item[1][0], item[0])):
        kind = "refund" if number.startswith("C") else "purchase"
        events.append([customer, kind, f"{at:%Y-%m-%dT%H:%M:%SZ}", number, f"{abs(amount):.2f}", lines])
    write("customers.csv.gz", ["customer", "country", "zone", "first_seen"], customers)
    write("events.csv.gz", ["customer", "event", "at", "id", "amount", "lines"], events)


if __name__ == "__main__":
    main(sys.argv[1])
