#!/usr/bin/env python3
"""The replay's columns decide as the decider does, row for row: verdict, grant and cost.

    tests/replay/run.py [--build DIR]          what ./check runs: some ten seconds
    tests/replay/run.py --seconds 600          a campaign: other policies and requests until then, more rows of each
    tests/replay/run.py --seed N               begins with that world

Three kinds of policies: random ones as tests/property makes them (budgets of every window and scope), random ones with facts,
conditions, rails, routes, certificates, needs and amounts computed from facts, and every example of examples/. To each belong random
requests (ask.h): people with and without a people file, times that go back, values that are missing or do not fit; some asks are
answered, some grants confirmed for less or taken back. Recorded requests of the examples are replayed too, and the records of
`airline` under `airline-2` must come out as they say (`expected_v1`, `expected_v2`, `flips`).

Each world is printed when it fails, with the command that shows it again. Ends with `N passed, N failed`."""
import argparse
import importlib.util
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEED_ROWS, WORLDS, ROWS, DRAFTS_EACH = 1, 60, 1500, 8
CAMPAIGN_ROWS = [1000, 5000, 20000, 80000]
LINE = re.compile(r'(\d+) rows: (\d+) granted, (\d+) ask, (\d+) refused, (\d+) faulty, (\d+) answered, (\d+) unanswered, '
                  r'(\d+) taken back, (\d+) empty; (\d+) differ; (\d+) us one by one, (\d+) us replayed; (\d+) the long way')
DRAFTS = re.compile(r'drafts: (\d+) tried, (\d+) by what differs, (\d+) rows again, (\d+) otherwise, (\d+) differ; (\d+) us by what differs, (\d+) us whole')
DRAFT_NAMES = ['drafts', 'by what differs', 'rows again', 'otherwise', 'drafts differ', 'us by what differs', 'us whole']
NAMES = ['rows', 'granted', 'ask', 'refused', 'faulty', 'answered', 'unanswered', 'taken back', 'empty', 'differ', 'one by one', 'replayed', 'the long way']
TIERS = ['frontline', 'senior', 'lead']
TEAMS = ['care', 'care/billing', 'desk', 'east']
ACTIONS = {'credit': 'money', 'refund': 'money', 'swap': 'item', 'plan': 'change'}
REASONS = ['late', 'broken', 'goodwill']
CHANNELS = ['phone', 'chat']


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


PROPERTY = module(ROOT / 'tests' / 'property' / 'run.py')
money = PROPERTY.money

# --- random policies ---------------------------------------------------------------------------------------------

FACTS = ['customer.segment: {type: string, one_of: [standard, silver, gold]}', 'customer.days: {type: int}',
         'customer.flags: {type: list<string>, default: []}', 'order.total: {type: money}', 'order.at: {type: timestamp, optional: true}',
         'order.paid: {type: bool, default: false}', 'lines: {type: int, default: 1}', 'weight: {type: double, optional: true}',
         'waited: {type: duration, optional: true}', 'items: {type: list<map>, optional: true}', 'kind: {type: string, optional: true}',
         'totals: {type: "map<string, int>", optional: true}', 'anything: {type: map, optional: true}']
ATOMS = ['customer.segment == "gold"', 'customer.segment != "standard"', 'customer.days >= 30', 'customer.days in [1, 7, 30]',
         '"fraud" in customer.flags', 'customer.flags.exists(f, f.startsWith("fr"))', 'size(customer.flags) == 0',
         'order.total > money("50.00")', 'amount <= order.total', 'amount > money("20.00")', 'now - order.at < duration("72h")',
         'order.paid', '!order.paid', 'lines > 1', 'lines * 2 <= customer.days', 'weight < 2.0', 'waited > duration("24h")',
         'items.all(i, i.kind == "a")', 'kind == "a"', 'kind in ["a", "b", "c"]', 'has(order.at)', 'reason == "late"',
         'reason in ["late", "broken"]', 'channel == "phone"', 'case.age > duration("48h")', 'case.reopened', 'case.idle < duration("6h")',
         'agent.tier == "senior"', 'agent.team == "care"', 'agent.kind == "human"', 'agent.tenure_days > 90', '"billing" in agent.holds',
         'agent.id == "p3"', 'customer.id != "k1"', 'case.id == "c7"', 'action == "refund"', 'totals.a > 3', '"a" in totals', 'size(anything) > 1',
         'true', 'false']
LIMITS = ['order.total', 'money("10.00") * lines', 'order.total.percent(50)', 'money("35.00")', 'customer.segment == "gold" ? money("80.00") : money("20.00")']


def condition(rng, budgets, depth=0):
    kind = rng.random()
    if depth < 3 and kind < 0.45:
        return ' && '.join(condition(rng, budgets, depth + 1) for _ in range(rng.randint(2, 3)))
    if depth < 3 and kind < 0.6:
        return '(' + ' || '.join(condition(rng, budgets, depth + 1) for _ in range(2)) + ')'
    if depth < 3 and kind < 0.65:
        return '!(' + condition(rng, budgets, depth + 1) + ')'
    if budgets and kind < 0.72:
        used = f'used("{rng.choice(budgets)["name"]}")'
        return rng.choice([f'{used}.times < 3', f'{used}.amount < money("40.00")', f'now - {used}.last > duration("24h")'])
    if kind < 0.76:
        return 'is_good'
    return rng.choice(ATOMS)


def who(rng, same_team=False):
    parts = []
    if rng.random() < 0.7:
        parts.append(f'tier: {rng.choice(TIERS)}')
    elif rng.random() < 0.3:
        parts.append(f'only_tier: [{", ".join(rng.sample(TIERS, 2))}]')
    if same_team and rng.random() < 0.4:
        parts.append('team: same')
    elif rng.random() < 0.4:
        parts.append(f'team: [{", ".join(rng.sample(TEAMS, 2))}]')
    if rng.random() < 0.2:
        parts.append('kind: human')
    if rng.random() < 0.2:
        parts.append('holds: [billing]')
    if rng.random() < 0.1:
        parts.append('person: [p1, p2, p3]')
    return '{' + ', '.join(parts or [f'tier: {rng.choice(TIERS)}']) + '}'


def grant_yaml(rng, number, budgets):
    text = f'  - id: g{number}\n    who: {who(rng)}\n    may: [{", ".join(rng.sample(list(ACTIONS), rng.randint(1, 3)))}]\n'
    if rng.random() < 0.8:
        text += f"    when: '{condition(rng, budgets)}'\n"
    if rng.random() < 0.8:
        fixed = money(rng.choice([500, 2000, 5000, 10000]) + rng.randint(0, 50))
        text += f"    up_to: {fixed}\n" if rng.random() < 0.6 else f"    up_to: '{rng.choice(LIMITS)}'\n"
    if budgets and rng.random() < 0.8:
        text += f'    draws: [{", ".join(rng.sample([b["name"] for b in budgets], rng.randint(1, min(3, len(budgets)))))}]\n'
    if rng.random() < 0.2:
        text += f'    needs: [{rng.choice(["note", "evidence", "note, evidence"])}]\n'
    if rng.random() < 0.1:
        text += '    from: 2025-03-01\n    until: 2025-09-01\n'
    return text


def rail_yaml(rng, number, budgets, routes):
    ask = f'    ask: r{rng.randrange(routes)}\n' if routes and rng.random() < 0.5 else '    instead: Say no.\n'
    return f"  - id: rail{number}\n    no: [{', '.join(rng.sample(list(ACTIONS), 2))}]\n    when: '{condition(rng, budgets, 2)}'\n{ask}"


def route_yaml(rng, number):
    actions = f'    for: [{", ".join(rng.sample(list(ACTIONS), 2))}]\n' if rng.random() < 0.6 else ''
    levels = ''.join(f'      - {{who: {who(rng, same_team=True)}, within: 60s}}\n' for _ in range(rng.randint(1, 2)))
    return f'  - id: r{number}\n{actions}    ask:\n{levels}' + ('    otherwise: {grant_up_to: 5.00}\n' if rng.random() < 0.4 else '')


def rich_policy(rng, maps=True):
    """Without maps all values of a fact stand in one column: what the replay's lane wants."""
    budgets = [PROPERTY.random_budget(rng, f'b{i}') for i in range(rng.randint(0, 5))]
    routes = rng.randint(0, 2)
    text = (f'leeway: 1\norganization: Random\ncurrency: USD\ntime_zone: {rng.choice(PROPERTY.ZONES)}\ntiers: [{", ".join(TIERS)}]\n'
            'reasons:\n' + ''.join(f'  {name}: {{label: {name}}}\n' for name in REASONS) +
            f'channels: [{", ".join(CHANNELS)}]\n'
            'facts:\n' + ''.join(f'  {fact}\n' for fact in (FACTS if maps else FACTS[:-2])) +
            f"let:\n  is_good: '{rng.choice(ATOMS)} && {rng.choice(ATOMS)}'\nactions:\n")
    for action, kind in ACTIONS.items():
        most = f', at_most: {rng.choice(["order.total", "60.00"])}' if kind == 'money' and rng.random() < 0.4 else ''
        own = ', for: agent' if kind == 'money' and len(text) % 4 == 0 else ''  # by no roll: it changes no decision
        text += f'  {action}: {{kind: {kind}{most}{own}}}\n'
    if budgets:
        text += 'budgets:\n' + ''.join(PROPERTY.budget_yaml(budget) for budget in budgets)
    text += 'grants:\n' + ''.join(grant_yaml(rng, i, budgets) for i in range(rng.randint(1, 9)))
    rails = rng.randint(0, 3)
    if rails:
        text += 'rails:\n' + ''.join(rail_yaml(rng, i, budgets, routes) for i in range(rails))
    if routes:
        text += 'routes:\n' + ''.join(route_yaml(rng, i) for i in range(routes))
    for atom, other in {'totals.a > 3': 'kind == "a"', '"a" in totals': 'kind == "b"', 'size(anything) > 1': 'lines > 2'}.items():
        text = text if maps else text.replace(atom, other)
    return text


def people_yaml(rng):
    text = 'people:\n'
    for i in range(rng.randint(2, 12)):
        holds = rng.choice(['', ', holds: [billing]', ', holds: [{name: billing, until: 2025-06-01}]'])
        kind = ', kind: ai' if rng.random() < 0.1 else ''
        tier = f', tier: {rng.choice(TIERS)}' if rng.random() < 0.95 else ''
        text += f'  - {{id: p{i}, team: {rng.choice(TEAMS)}{tier}{kind}, hired_at: 2024-0{rng.randint(1, 9)}-15{holds}}}\n'
    return text


# --- drafts ------------------------------------------------------------------------------------------------------

# A value that a slider may stand on: amounts and counts by themselves or by tier, numbers and durations of conditions.
SITE = re.compile(r'^ +up_to: (.*)$|^ +when: (.*)$|at_most: ([^,}\n]*)|amount: (\{[^}]*\}|[\d.]+)|times: (\{[^}]*\}|\d+)', re.M)
NUMBER = re.compile(r'(?<![\w.-])\d+(?:\.\d+)?')


def other_number(rng, text):
    whole, point, cents = text.partition('.')
    value = max(0, rng.choice([int(whole) + rng.choice([-1, 1, 2, 5, -5, 20]), int(int(whole) * rng.choice([0.5, 0.9, 1.1, 2]))]))
    return f'{value}{point}{cents}' if rng.random() < 0.8 or not point else f'{value}.{rng.randrange(100):02d}'


# What one writes otherwise in a condition: each word for one of its row.
WHEN = re.compile(r'^ +when: (.*)$', re.M)
WORDS = [[' && ', ' || '], [' < ', ' <= ', ' > ', ' >= '], [' == ', ' != '], ['"late"', '"broken"', '"goodwill"'], ['"standard"', '"silver"', '"gold"'],
         ['"senior"', '"lead"', '"frontline"'], ['"phone"', '"chat"'], ['true', 'false'], ['!(', '(']]


def other_condition(rng, source):
    """One word or one atom of a condition is another one; None where there is no such thing."""
    places = [(match.start(1) + at.start(), word, row) for match in WHEN.finditer(source) for row in [*WORDS, ATOMS] for word in row
              for at in re.finditer(re.escape(word), match.group(1))]
    if not places:
        return None
    at, word, row = rng.choice(places)
    return source[:at] + rng.choice([other for other in row if other != word]) + source[at + len(word):]


def draft_of(rng, source):
    """The policy with one value changed, seldom two, or a condition; None where it has none."""
    if rng.random() < 0.3:
        return other_condition(rng, source)
    found = [(match.start(i), match.end(i)) for match in SITE.finditer(source) for i in range(1, 6) if match.group(i)]
    numbers = [(begin + at.start(), begin + at.end()) for begin, end in found for at in NUMBER.finditer(source[begin:end])]
    if not numbers:
        return None
    for begin, end in sorted(rng.sample(numbers, min(len(numbers), 1 if rng.random() < 0.85 else 2)), reverse=True):
        source = source[:begin] + other_number(rng, source[begin:end]) + source[end:]
    return source


def drafts_file(rng, policy, place, count):
    """Limits raised and lowered, conditions changed, in drafts one after the other."""
    source = policy.read_text()
    drafts = [draft for draft in (draft_of(rng, source) for _ in range(count)) if draft and draft != source]
    place.write_text(''.join(draft.rstrip('\n') + '\n...\n' for draft in drafts))
    return ['--drafts', place]


# --- one world ---------------------------------------------------------------------------------------------------

class Sums:
    def __init__(self):
        self.passed = self.failed = self.worlds = 0
        self.counts = dict.fromkeys(NAMES + DRAFT_NAMES, 0)

    def add(self, command):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)
        found = LINE.search(done.stdout)
        self.worlds += 1
        if found:
            for name, count in zip(NAMES, found.groups()):
                self.counts[name] += int(count)
        drafts = DRAFTS.search(done.stdout)
        if drafts:
            for name, count in zip(DRAFT_NAMES, drafts.groups()):
                self.counts[name] += int(count)
        if done.returncode == 0 and found:
            self.passed += 1
            return True
        self.failed += 1
        print('FAIL ' + ' '.join(str(word) for word in command))
        print('     ' + (done.stdout + done.stderr).strip().replace('\n', '\n     '))
        return False

    def check(self, name, good, *details):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print('\n     '.join([f'FAIL {name}', *(str(detail) for detail in details)]))


def random_world(same, folder, seed, rows, sums):
    rng = random.Random(seed)
    policy, people = folder / f'policy-{seed}.yaml', folder / f'people-{seed}.yaml'
    policy.write_text(PROPERTY.policy_yaml(PROPERTY.random_world(rng)) if seed % 4 == 0 else rich_policy(rng, maps=seed % 2 == 0))
    options = ['--seed', seed, '--rows', rows]
    if rng.random() < 0.6:
        people.write_text(people_yaml(rng))
        options += ['--people', people]
    if rng.random() < 0.7:
        options.append('--events')
    if seed % 2:
        options.append('--fitting')
    drafts = folder / f'drafts-{seed}.yaml'
    options += drafts_file(rng, policy, drafts, DRAFTS_EACH)
    if sums.add([same, *options, policy]):
        policy.unlink()
        people.unlink(missing_ok=True)
        drafts.unlink()


def examples(same, folder, seed, rows, sums):
    for policy in sorted((ROOT / 'examples').glob('*/policy.yaml')):
        people = policy.parent / 'people.yaml'
        drafts = drafts_file(random.Random(seed), policy, folder / f'drafts-{policy.parent.name}.yaml', DRAFTS_EACH)
        sums.add([same, '--seed', seed, '--rows', rows, '--events', policy])
        sums.add([same, '--seed', seed + 2, '--rows', rows, '--events', '--fitting', *drafts, policy])
        if people.exists():
            sums.add([same, '--seed', seed + 1, '--rows', rows, '--events', '--people', people, *drafts, policy])


def records(same, sums):
    """What was recorded, of the examples that have it."""
    for requests in sorted((ROOT / 'examples').glob('*/re*.jsonl')):
        sums.add([same, '--requests', requests, requests.parent / 'policy.yaml'])


# --- known flips -------------------------------------------------------------------------------------------------

def signed(cents):
    return ('-' if cents < 0 else '') + money(abs(cents))


def spread(leeway, folder, sums):
    """Ten weeks, a request a day; the draft grants what the live policy refuses in odd weeks."""
    start = PROPERTY.datetime.datetime(2026, 1, 5, 12, tzinfo=PROPERTY.UTC)
    past, live, draft = folder / 'past.jsonl', folder / 'live.yaml', folder / 'draft.yaml'
    past.write_text(''.join(json.dumps({
        'id': f'r{day}', 'at': (start + PROPERTY.datetime.timedelta(days=day)).strftime('%Y-%m-%dT%H:%M:%SZ'), 'agent': {'id': 'ana', 'tier': 'frontline'},
        'action': 'credit', 'amount': '30.00' if day // 7 % 2 else '10.00'}) + '\n' for day in range(70)))
    for path, up_to in [(live, '10.00'), (draft, '30.00')]:
        path.write_text('leeway: 1\norganization: Ten weeks\ncurrency: USD\ntime_zone: UTC\ntiers: [frontline]\nactions:\n  credit: {kind: money}\n'
                        f'grants:\n  - {{id: g, who: {{tier: frontline}}, may: [credit], up_to: {up_to}}}\n')
    words = [leeway, 'replay', '--quiet', '--policy', draft, '--before', live, '--against', past]
    told = [subprocess.run([str(word) for word in [*words, '--json']], capture_output=True, text=True, timeout=60).stdout for _ in range(2)]
    change = json.loads(told[0])['cost_change'] if told[0] else {}
    low, high = (float(change.get(name, 'nan')) for name in ['low', 'high'])
    sums.check('five weeks of 210.00 more', change.get('sum') == '1050.00' and change.get('periods') == 10 and change.get('of') == 'week', change)
    # the number of weeks that cost more is binomial, 5 of 10: nine times in ten 2 or 3 to 7 or 8
    sums.check('its range', 420 <= low <= 630 and 1470 <= high <= 1680, change)
    sums.check('told twice, told the same', told[0] == told[1])
    text = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60).stdout
    sums.check('the range in words', 'Had the 10 weeks fallen otherwise' in text and f'+{change.get("low")} to +{change.get("high")}' in text, text)


def known_flips(leeway, sums):
    """examples/airline/replay.jsonl says of each request what both versions of the policy make of it."""
    past = ROOT / 'examples' / 'airline' / 'replay.jsonl'
    cases = [json.loads(line) for line in past.read_text(encoding='utf-8').splitlines()]
    done = subprocess.run([str(leeway), 'replay', '--quiet', '--json', '--flips', 'all', '--policy', ROOT / 'examples' / 'airline-2' / 'policy.yaml',
                           '--before', ROOT / 'examples' / 'airline' / 'policy.yaml', '--against', past], capture_output=True, text=True, timeout=60)
    sums.check('airline under airline-2', done.returncode == 0, done.stderr)
    if done.returncode != 0:
        return
    report = json.loads(done.stdout)
    flips = {flip['id']: flip for flip in report['flips']}
    given = {'granted': 'grant', 'refused': 'refuse', 'ask': 'ask'}
    for case in cases:
        meta, flip = case['meta'], flips.pop(case['id'], None)
        if not meta['flips']:
            sums.check(f'{case["id"]} comes out as before', flip is None, flip, meta)
        else:
            said = flip and [given[flip['before']], given[flip['after']]]
            sums.check(f'{case["id"]} flips', said == [meta['expected_v1'], meta['expected_v2']], flip, meta)
    cents = {side: PROPERTY.cents(report[side]['cost']) for side in ['before', 'after']}
    sums.check('the change of cost is the difference', report['cost_change'] == {'sum': signed(cents['after'] - cents['before'])}, report['cost_change'])
    sums.check('no other request flips', not flips, *flips)
    sums.check('all were replayed', report['after']['requests'] == len(cases) and report['after']['unreadable'] == 0, report['after'])


# --- the whole ---------------------------------------------------------------------------------------------------

def tell(sums, seconds):
    counts = sums.counts
    print(f'{sums.worlds} worlds, {counts["rows"]:,} rows compared: ' + ', '.join(f'{counts[name]:,} {name}' for name in NAMES[1:10]) +
          f'; {counts["one by one"] / max(counts["rows"], 1) * 1e3:.0f} ns a row one by one (with reading), '
          f'{counts["replayed"] / max(counts["rows"], 1) * 1e3:.0f} ns replayed, {counts["the long way"]:,} rows the long way; '
          f'{counts["drafts"]:,} drafts, {counts["by what differs"]:,} by what differs: {counts["rows again"]:,} rows again, '
          f'{counts["otherwise"]:,} otherwise, {counts["drafts differ"]:,} differ from the whole; {seconds:.0f} s', flush=True)


def main():
    parser = argparse.ArgumentParser(description='The replay against the decider.')
    parser.add_argument('--build', type=pathlib.Path, default=ROOT / 'build' / 'release')
    parser.add_argument('--seed', type=int, default=SEED_ROWS)
    parser.add_argument('--worlds', type=int, default=WORLDS)
    parser.add_argument('--seconds', type=float, help='a campaign: that long, whatever the number of worlds')
    options = parser.parse_args()
    same, sums, start = options.build / 'tests' / 'replay' / 'replay_same', Sums(), time.monotonic()
    known_flips(options.build / 'src' / 'cli' / 'leeway', sums)
    records(same, sums)
    with tempfile.TemporaryDirectory(prefix='leeway-replay-') as folder:
        spread(options.build / 'src' / 'cli' / 'leeway', pathlib.Path(folder), sums)
        seed = told = options.seed
        while seed < options.seed + options.worlds if options.seconds is None else time.monotonic() < start + options.seconds:
            rows = ROWS if options.seconds is None else CAMPAIGN_ROWS[seed % len(CAMPAIGN_ROWS)]
            random_world(same, pathlib.Path(folder), seed, rows, sums)
            if (seed - options.seed) % 60 == 0:
                examples(same, pathlib.Path(folder), seed, rows, sums)
            seed += 1
            if options.seconds and seed >= told + 50:
                told = seed
                tell(sums, time.monotonic() - start)
        if sums.failed:
            for path in sorted(pathlib.Path(folder).glob('*-*.yaml'))[:4]:  # of worlds that failed: others are gone
                print(f'--- {path.name}\n{path.read_text()}')
    tell(sums, time.monotonic() - start)
    for name in NAMES[1:9] + DRAFT_NAMES[:4]:
        sums.check(f'some rows are {name}', sums.counts[name] > 0)
    sums.check('some rows go the lane, some the long way', 0 < sums.counts['the long way'] < sums.counts['rows'], sums.counts)
    print(f'{sums.passed} passed, {sums.failed} failed')
    return 1 if sums.failed else 0


if __name__ == '__main__':
    sys.exit(main())
