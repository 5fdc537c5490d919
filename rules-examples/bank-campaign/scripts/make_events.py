#!/usr/bin/env python3
"""Make up what happened lately in the bank world: data/events.csv.gz.

The two customer tables count calls, but have no dates for them that a clock could
use (a day and a month, no year). So this script invents a little history: what was
shown, who was called, who said no. All of it is made up. The seed is fixed, so the
same file comes out every time:

    python3 scripts/make_events.py

One row is one event; offer and rule are empty where there is none:

    customer,event,at,offer,rule
"""

import csv
import datetime
import gzip
import io
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent.parent
NOW = datetime.datetime(2026, 11, 22, 9, 0, 0)
SEED = 20261125
TABLES = ["bank-full", "bank-additional-full"]


def write(path, header, rows):
    """A gzip without name and time, so that the same rows give the same bytes."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


class History:
    """The events of one customer."""

    def __init__(self, rng):
        self.rng = rng
        self.events = []

    def chance(self, share):
        return self.rng.random() < share

    def add(self, event, days, offer="", rule="", most=1):
        """From 1 to `most` events, each some time within the last `days` days."""
        for _ in range(1 + int(self.rng.random() * most)):
            back = datetime.timedelta(minutes=int((0.01 + self.rng.random() * 0.98) * days * 1440))
            self.events.append((NOW - back, event, offer, rule))


def live(row, history):
    """What this customer may have lived through, by what the table says."""
    age = int(row["age"])
    if history.chance(0.05):
        history.add("called", 28)
    if history.chance(0.02):
        history.add("rejected", 300, "deposit_12_months", "deposit_for_savers")
    if "balance" in row and int(row["balance"]) >= 3200 and history.chance(0.15):
        history.add("shown", 20, "deposit_12_months", "deposit_for_savers", 5)
    if row["housing"] == "no" and 28 <= age <= 60 and history.chance(0.04):
        history.add("shown", 20, "deposit_start", "deposit_first", 5)
    if row["poutcome"] == "success" and history.chance(0.3):
        history.add("shown", 45, "deposit_anniversary", "anniversary", 3)
    if row["housing"] == "yes" and 30 <= age <= 45 and history.chance(0.08):
        history.add("shown", 40, "home_insurance", "insure_the_home", 3)
        if history.chance(0.2):
            history.add("dismissed", 120, "home_insurance", "insure_the_home")
    if row["loan"] == "yes" and history.chance(0.1):
        history.add("shown", 30, "one_rate_loan", "two_loans", 4)
    if 25 <= age <= 55 and history.chance(0.03):
        history.add("sent", 12, "credit_card", "", 3)                # by post, so no rule of ours
    if 45 <= age <= 59 and history.chance(0.05):
        history.add("clicked", 400, "pension_plan", "pension_gap")
    if age >= 58 and history.chance(0.08):
        history.add("rejected", 250, "retirement_income", "income_for_life")
    if row["job"] == "student" and history.chance(0.2):
        history.add("shown", 60, "student_account", "free_until_27", 5)
    if history.chance(0.02):
        history.add("shown", 40, "deposit_call", "call_savers", 2)


def main():
    rng = random.Random(SEED)
    rows = []
    edges = 0
    for table in TABLES:
        path = HERE / f"data/{table}.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines, delimiter=";"), 1):
                history = History(rng)
                live(row, history)
                # Ten customers stand on the edge of a window: five were called exactly two
                # weeks ago, which no longer counts, five a second later, which still does.
                if not history.events and edges < 10 and row["poutcome"] == "success":
                    at = NOW - datetime.timedelta(days=14, seconds=-(edges % 2))
                    history.events.append((at, "called", "", ""))
                    edges += 1
                for at, event, offer, rule in sorted(history.events):
                    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
                    rows.append([f"{table}#{number}", event, stamp, offer, rule])
    write(HERE / "data/events.csv.gz", ["customer", "event", "at", "offer", "rule"], rows)
    print(f"{len(rows)} events of {len({row[0] for row in rows})} customers")


if __name__ == "__main__":
    main()
