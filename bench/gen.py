#!/usr/bin/env python3
"""Makes what bench/run feeds to the programs. The same arguments give the same bytes on any machine.

  gen.py policy GRANTS               a policy with so many grants for one action, the last of which covers
                                     what `gen.py asks` asks for; budgets and routes grow along
  gen.py asks GRANTS                 two requests for it: one that the last grant covers, one that is refused
  gen.py requests aurora|retail MB   so many megabytes (10^6 bytes) of requests, one a line
  gen.py shop policy|people          the shop of bench/peers/postgres, as a policy of 300 grants and 1,000 agents
  gen.py shop requests COUNT MIX     so many bodies for POST /v1/decisions, one a line; MIX: uniform, oneteam
"""
import json
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Dice:
    """A 64-bit linear congruential generator: small, and the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def one_of(self, items):
        return items[self.below(len(items))]


# --- a policy of many grants -------------------------------------------------------------------------

HEAD = """\
leeway: 1
organization: Synthetic
currency: USD
time_zone: Europe/Berlin
why: Made by bench/gen.py; no manager wrote this.
tiers: [frontline, senior, lead, manager]
facts:
  customer.segment: {type: string, one_of: [standard, silver, gold]}
  customer.tenure_days: {type: int}
  customer.flags: {type: list<string>, default: []}
  order.total: {type: money}
  order.delivered_at: {type: timestamp, optional: true}
  lines: {type: int, default: 1}
let:
  loyal: customer.segment != "standard" && customer.tenure_days >= 365
actions:
  refund: {kind: money, label: Refund, at_most: order.total}
  credit: {kind: money, label: Credit}
"""


def grant(i, last, budgets):
    """Grants fail in turn by person, by the first, a middle or the last part of the condition, or by the amount."""
    who, reasons, more, up_to = "{tier: frontline, team: [care, billing]}", f"[r{i}, s{i}]", "", "100.00"
    if last:
        reasons, more = "[asked, known]", ' && (loyal || !("fraud-hold" in customer.flags))'
        up_to = 'money("40.00") * lines'
    elif i % 5 == 0:
        who = "{tier: lead, team: [care]}"
    elif i % 5 == 2:
        reasons, more = "[asked]", " && order.total < money(\"%d.00\")" % (20 + i % 60)
    elif i % 5 == 3:
        reasons, more = "[asked]", " && has(order.delivered_at) && now - order.delivered_at < duration(\"%dh\")" % (24 + i)
    elif i % 5 == 4:
        reasons, up_to = "[asked]", "%d.00" % (1 + i % 50)
    listed = ", ".join(f'"{reason}"' for reason in reasons.strip("[]").split(", "))
    draws = ", ".join(budgets)
    return (f"  - id: g{i}\n    who: {who}\n    may: [{'refund, credit' if i % 3 == 0 else 'refund'}]\n"
            f"    when: 'reason in [{listed}] && customer.tenure_days >= {i % 300}{more}'\n"
            f"    up_to: {up_to}\n    draws: [{draws}]\n"
            f"    why: Case {i} is settled in the call.\n    then: [Tell the customer when the money arrives]\n")


def policy(grants):
    groups = max(1, grants // 20)
    out = [HEAD, "budgets:\n"]
    for b in range(groups):
        out.append(f"  agent{b}: {{per: agent, every: month, amount: {2000 + b}.00}}\n"
                   f"  team{b}: {{per: team, every: month, amount: {{frontline: {30000 + b}.00, senior: 50000.00}}}}\n"
                   f"  customer{b}: {{per: customer, over: 365d, amount: {1000 + b}.00, times: 2000}}\n")
    out.append("grants:\n")
    for i in range(grants):
        b = 0 if i == grants - 1 else i % groups
        out.append(grant(i, i == grants - 1, [f"agent{b}", f"team{b}", f"customer{b}"]))
    out.append("rails:\n  - {id: flagged, no: [refund, credit], when: '\"fraud-hold\" in customer.flags',"
               " why: Money to a flagged account can't be got back.}\nroutes:\n")
    for r in range(max(1, grants // 50)):
        out.append(f"  - id: route{r}\n    for: [refund]\n    ask:\n"
                   f"      - {{who: {{only_tier: lead, team: same}}, within: 60s}}\n"
                   f"      - {{who: {{tier: manager}}, within: {120 + r}s}}\n")
    return "".join(out)


def asks(grants):
    request = {"id": f"granted by the last of {grants} grants", "at": "2026-03-31T22:30:00Z",
               "agent": {"id": "ana", "tier": "frontline", "team": "care", "kind": "human"},
               "action": "refund", "amount": "80.00", "case": "c7", "customer": "k3", "reason": "asked",
               "facts": {"customer": {"segment": "gold", "tenure_days": 400, "flags": ["vip"]},
                         "order": {"total": "180.00", "delivered_at": "2025-01-01T00:00:00Z"}, "lines": 3}}
    refused = dict(request, id="refused, with reasons and options", amount="170.00")
    return "".join(json.dumps(r) + "\n" for r in (request, refused))


# --- long files of requests ----------------------------------------------------------------------------

def moment(n):
    """One request a minute from March 2026 on."""
    day, rest = divmod(n * 60, 86400)
    month, day = divmod(day, 28)
    year, month = divmod(month + 2, 12)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (2026 + year, month + 1, day + 1, rest // 3600, rest // 60 % 60, rest % 60)


AURORA_PEOPLE = [("ana", "frontline", "care", ["billing-101"], "human"), ("ben", "frontline", "billing", [], "human"),
                 ("cho", "senior", "care", ["billing-101"], "human"), ("desk-ai", "frontline", "care", ["billing-101"], "ai"),
                 ("lee", "lead", "care", ["billing-101"], "human"), ("mia", "manager", "care", ["billing-101"], "human")]


def aurora(n, dice):
    """A request to examples/aurora, in the proportions of its expectations: most are small credits. A thousand agents
    for each of the example's six people, in two hundred teams each, and a hundred thousand customers."""
    agent = dice.below(1000)
    name, tier, team, holds, kind = AURORA_PEOPLE[dice.one_of([0, 0, 0, 1, 1, 2, 3, 3, 4, 5])]
    customer = dice.below(100000)
    request = {"id": f"r{n}", "at": moment(n),
               "agent": {"id": f"{name}-{agent}", "tier": tier, "team": f"{team}/{name}-{agent % 200}", "kind": kind, "holds": holds},
               "action": dice.one_of(["credit", "credit", "refund"]),
               "amount": "%d.%02d" % (dice.one_of([5, 10, 10, 20, 20, 40, 80, 120]) + dice.below(5), dice.below(100)),
               "case": f"c{n // 2}", "customer": f"k{customer}",
               "reason": dice.one_of(["billing-error", "billing-error", "outage", "goodwill"]),
               "facts": {"customer": {"segment": ["standard", "silver", "gold"][customer % 3],
                                      "tenure_days": customer % 2000,
                                      "flags": ["fraud-hold"] if customer % 200 == 0 else []},
                         "invoice": {"total": "%d.%02d" % (20 + customer % 900, customer % 100),
                                     "issued_at": moment(n // 2)},
                         "lines": 1 + customer % 4}}
    if dice.below(3) == 0:
        request["note"] = "The customer had no service for two days, as the network's record shows."
    return json.dumps(request, separators=(",", ":"))


def retail_records():
    return [json.loads(line) for line in (EXAMPLES / "retail/records.jsonl").read_text().splitlines()]


def retail(n, records):
    """The records of examples/retail over and over, each time as another case and customer."""
    record = records[n % len(records)]
    again = n // len(records)
    record = dict(record, id=f"{record['id']}-{again}", at=moment(n), case=f"{record['case']}-{again}",
                  customer=f"{record['customer']}-{again}")
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def requests(which, megabytes):
    dice, left, n = Dice(1), megabytes * 10**6, 0
    records = retail_records() if which == "retail" else None
    while left > 0:
        line = aurora(n, dice) if which == "aurora" else retail(n, records)
        sys.stdout.write(line + "\n")
        left -= len(line.encode()) + 1
        n += 1


# --- the shop that the PostgreSQL function decides for -----------------------------------------------

SHOP_ACTIONS = ["refund", "credit", "replace", "waive_fee", "voucher", "upgrade"]
SHOP_REASONS = ["late_delivery", "damaged", "goodwill", "wrong_item"]
SHOP_HEAD = """\
leeway: 1
organization: Shop
currency: EUR
time_zone: UTC
why: Made by bench/gen.py, for the same decisions as the PostgreSQL function beside it.
tiers: [t1, t2, t3, t4, t5]
reasons: {late_delivery: {}, damaged: {}, goodwill: {}, wrong_item: {}, fraud_suspected: {}}
facts:
  tenure_months: {type: int}
  customer_tier: {type: string, one_of: [standard, silver, gold]}
  country: {type: string}
actions:
"""
SHOP_BUDGETS = """\
budgets:
  case: {per: case, amount: 1000000.00}
  agent-month: {per: agent, every: month, amount: 1000000.00}
  team-month: {per: team, every: month, amount: 40000000.00}
rails:
  - {id: fraud, no: [refund, credit, replace, waive_fee, voucher, upgrade], when: reason == "fraud_suspected", why: Fraud is another desk's.}
routes:
  - id: over
    ask: [{who: {tier: t5, team: same}, within: 60s}]
grants:
"""


def shop_condition(g):
    """Columns of the peer's table `grants` as one condition."""
    parts = []
    if g % 3 == 0:
        parts.append('reason in ["late_delivery", "damaged", "goodwill"]')
    elif g % 3 == 1:
        parts.append('reason in ["late_delivery", "wrong_item"]')
    if g % 2 == 0:
        parts.append(f"tenure_months >= {g * 3}")
    more = {3: 'channel in ["chat", "phone"]', 4: 'country in ["DE", "NL"]', 5: 'customer_tier == "gold"',
            6: 'customer_tier in ["gold", "silver"]'}
    return " && ".join(parts + ([more[g]] if g in more else [])) or "true"


def shop_policy():
    out = [SHOP_HEAD, *(f"  {action}: {{kind: money}}\n" for action in SHOP_ACTIONS), SHOP_BUDGETS]
    for tier in range(1, 6):
        for action in SHOP_ACTIONS:
            for g in range(10, 0, -1):  # the highest priority first; 9 and 10 stand for "approve" and "deny" there
                if g > 8:
                    continue
                who = f"{{only_tier: t{tier}" + (f", team: team{g}" if g in (7, 8) else "") + "}"
                up_to = 15 * tier * g
                out.append(f"  - {{id: g{tier}-{action}-{g}, who: {who}, may: [{action}], when: '{shop_condition(g)}',"
                           f" up_to: {up_to}.00, draws: [case, agent-month, team-month]}}\n")
    return "".join(out)


def shop_people():
    lines = ["id,name,team,tier,kind\n"]
    lines += [f"agent{i},Agent {i},team{(i - 1) // 50 + 1},t{i % 5 + 1},human\n" for i in range(1, 1001)]
    return "".join(lines)


def shop_request(dice, agents):
    case = 1 + dice.below(200000)
    return {"agent": f"agent{1 + dice.below(agents)}", "action": dice.one_of(SHOP_ACTIONS),
            "amount": "%d.%02d" % divmod(100 + dice.below(8900), 100), "case": f"c{case}", "customer": f"k{case * 7}",
            "reason": dice.one_of(SHOP_REASONS), "channel": ["chat", "phone", "mail"][case % 3],
            "facts": {"tenure_months": case * 37 % 120, "customer_tier": ["standard", "silver", "gold"][case % 3],
                      "country": ["DE", "FR", "NL", "PL"][case % 4]}}


def shop(what, count="0", mix="uniform"):
    dice = Dice(7)
    if what == "requests":
        agents = 50 if mix == "oneteam" else 1000
        return "".join(json.dumps(shop_request(dice, agents), separators=(",", ":")) + "\n" for _ in range(int(count)))
    return shop_policy() if what == "policy" else shop_people()


def main(args):
    if len(args) == 2 and args[0] == "policy":
        sys.stdout.write(policy(int(args[1])))
    elif len(args) == 2 and args[0] == "asks":
        sys.stdout.write(asks(int(args[1])))
    elif len(args) >= 2 and args[0] == "shop":
        sys.stdout.write(shop(*args[1:]))
    elif len(args) == 3 and args[0] == "requests" and args[1] in ("aurora", "retail"):
        requests(args[1], int(args[2]))
    else:
        sys.stderr.write(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
