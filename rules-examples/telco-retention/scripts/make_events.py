#!/usr/bin/env python3
"""Make up what happened lately in the telco world: data/events.csv.gz.

The customer table has no history, so this script invents one: what was shown,
clicked and closed, who complained and who changed the contract. All of it is
made up. The seed is fixed, so the same file comes out every time:

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
NOW = datetime.datetime(2026, 11, 22, 17, 0, 0)
SEED = 20261123


def write(path, header, rows):
    """A gzip without name and time, so that the same rows give the same bytes."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


class History:
    """The events of one customer, oldest first when it is done."""

    def __init__(self, rng, tenure):
        self.rng = rng
        self.since = 30 * tenure + 15          # days; nothing happened before they came
        self.events = []

    def chance(self, share):
        return self.rng.random() < share

    def add(self, event, days, offer="", rule=""):
        """One event some time within the last `days` days."""
        days = min(days, self.since)
        at = NOW - datetime.timedelta(seconds=int((0.02 + self.rng.random() * 0.97) * days * 86_400))
        self.events.append((at, event, offer, rule))

    def times(self, most):
        """How often: from 1 to `most`."""
        return 1 + int(self.rng.random() * most)


def live(row, history):
    """What this customer may have lived through, by what the table says."""
    tenure = int(row["tenure"])
    monthly = row["Contract"] == "Month-to-month"
    if tenure <= 2 and history.chance(0.55):
        for _ in range(history.times(4)):
            history.add("shown", 60, "welcome_guide", "welcome")
    if monthly and row["InternetService"] == "Fiber optic" and history.chance(0.22):
        for _ in range(history.times(3)):
            history.add("shown", 40, "stay_discount", "stay_discount")
    if monthly and history.chance(0.16):
        for _ in range(history.times(4)):
            history.add("shown", 20, "one_year_plan", "annual_plan")
        while history.chance(0.45):
            history.add("dismissed", 60, "one_year_plan", "annual_plan")
    if monthly and history.chance(0.03):
        history.add("sent", 30, "annual_saving")          # by letter, so no rule of ours
    if row["InternetService"] == "DSL" and tenure >= 12 and history.chance(0.12):
        history.add("shown", 50, "fiber_switch", "fiber_switch")
        if history.chance(0.5):
            history.add("clicked", 50, "fiber_switch", "fiber_switch")
    if row["PaperlessBilling"] == "No" and history.chance(0.15):
        for _ in range(history.times(5)):
            history.add("shown", 70, "paperless_switch", "go_paperless")
        if history.chance(0.2):
            history.add("clicked", 70, "paperless_switch", "go_paperless")
    if tenure >= 60 and history.chance(0.2):
        for _ in range(history.times(3)):
            history.add("shown", 45, "loyalty_thanks", "loyal_thanks")
    if row["PaymentMethod"] == "Electronic check" and history.chance(0.1):
        for _ in range(history.times(4)):
            history.add("shown", 70, "autopay_guide", "pay_automatically")
    if tenure <= 6 and row["InternetService"] == "Fiber optic" and history.chance(0.12):
        for _ in range(history.times(7)):
            history.add("shown", 30, "fiber_setup_video", "fiber_setup")
    if row["OnlineBackup"] == "No" and history.chance(0.1):
        for _ in range(history.times(3)):
            history.add("shown", 40, "backup_trial", "backup_trial")
    if history.chance(0.12):
        for _ in range(history.times(4)):
            history.add("shown", 120, "newsletter_card", "ask_for_newsletter")
    if history.chance(0.04):
        history.add("complaint", 14)
    elif history.chance(0.05):
        history.add("complaint", 200)
    if history.chance(0.05):
        history.add("plan_changed", 150)
    # A heavy week, by email too: the one that the cap on pressure is there for.
    if history.chance(0.03):
        for offer in ["safe_home_pack", "second_line", "one_year_plan", "backup_trial", "streaming_duo"]:
            if history.chance(0.85):
                history.add("sent", 7, offer)


def main():
    rng = random.Random(SEED)
    with gzip.open(HERE / "data/telco-customer-churn.csv.gz", "rt", encoding="utf-8", newline="") as table:
        customers = list(csv.DictReader(table))
    rows = []
    edges = 0
    for row in customers:
        history = History(rng, int(row["tenure"]))
        live(row, history)
        # Ten customers stand on the edge of a window: five complained exactly two
        # weeks ago, which no longer counts, five a second later, which still does.
        if not history.events and edges < 10 and row["Contract"] == "Month-to-month" and int(row["tenure"]) > 6:
            at = NOW - datetime.timedelta(days=14, seconds=-(edges % 2))
            history.events.append((at, "complaint", "", ""))
            edges += 1
        for at, event, offer, rule in sorted(history.events):
            rows.append([row["customerID"], event, at.strftime("%Y-%m-%dT%H:%M:%SZ"), offer, rule])
    write(HERE / "data/events.csv.gz", ["customer", "event", "at", "offer", "rule"], rows)
    print(f"{len(rows)} events of {len({row[0] for row in rows})} customers")


if __name__ == "__main__":
    main()
