#!/usr/bin/env python3
"""Properties of deciding, tried on random policies and requests against a small plain model of budgets.

    tests/property/run.py [--leeway PROGRAM] [--seed N] [--worlds N] [--seconds N]

A world is a policy with budgets of all windows and scopes, and a stream of requests in a random order of times. The
model knows windows, scopes, limits and sums, with Python's own integers, dates and zones; it shares nothing with the
program. Each world checks:

- the same stream, decided twice, gives the same bytes;
- what is granted passes no limit: not up_to, not at_most, no amount and no number of times of any budget, all that was
  granted before counted in;
- `left` is what the model has left;
- the verdict is the model's: granted by the first grant that reaches, and nothing refused that fits;
- what `can` offers is granted when it is asked for, and one more cent by that grant is not.

A world that breaks something is printed with its seed. Ends with `N passed, N failed`."""
import argparse
import datetime
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UTC = datetime.timezone.utc
TIERS = ['frontline', 'senior', 'lead']
ACTIONS = ['credit', 'refund']
WINDOWS = [None, 'day', 'week', 'month', 'quarter', 'year', '1h', '36h', '7d', '90d']
SCOPES = ['agent', 'team', 'customer', 'case', 'organization']
ZONES = ['UTC', 'Australia/Sydney', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Africa/Casablanca']
UNITS = {'h': 3600, 'd': 86400}


def money(cents):
    return f'{cents // 100}.{cents % 100:02}'


# --- random worlds -----------------------------------------------------------------------------------------------

def random_budget(rng, name):
    budget = {'name': name, 'per': rng.sample(SCOPES, rng.choice([1, 1, 1, 2, 3])), 'window': rng.choice(WINDOWS),
              'amount': None, 'times': None}
    if rng.random() < 0.85:
        top = rng.choice([500, 2000, 10000, 100000])
        budget['amount'] = ({tier: rng.randint(0, top) for tier in rng.sample(TIERS, rng.randint(1, 3))}
                            if rng.random() < 0.3 else rng.randint(0, top))
    if rng.random() < 0.4:
        budget['times'] = rng.randint(0, 6)
    return budget


def random_grant(rng, number, budgets):
    return {'id': f'g{number}', 'tier': rng.choice(TIERS), 'may': rng.sample(ACTIONS, rng.randint(1, 2)),
            'up_to': rng.randint(0, 20000), 'draws': rng.sample([b['name'] for b in budgets], rng.randint(1, min(4, len(budgets))))}


def random_world(rng):
    budgets = [random_budget(rng, f'b{i}') for i in range(rng.randint(1, 7))]
    return {'zone': rng.choice(ZONES), 'budgets': budgets, 'at_most': rng.randint(1000, 20000),
            'grants': [random_grant(rng, i, budgets) for i in range(rng.randint(1, 5))]}


def random_request(rng, start, number):
    span = rng.choice([3600, 86400, 86400 * 10, 86400 * 400])
    at = start + datetime.timedelta(seconds=rng.randrange(span), microseconds=rng.choice([0, 0, 1, 999999]))
    return {'id': f'r{number}', 'at': at.strftime('%Y-%m-%dT%H:%M:%S.%fZ'), 'action': rng.choice(ACTIONS),
            'agent': {'id': rng.choice(['ana', 'bo']), 'tier': rng.choice(TIERS), 'team': rng.choice(['east', 'west'])},
            'amount': money(rng.choice([0, 1, rng.randint(1, 300), rng.randint(1, 3000), rng.randint(1, 25000)])),
            'customer': rng.choice(['k1', 'k2']), 'case': rng.choice(['c1', 'c2', 'c3'])}


def budget_yaml(budget):
    parts = [f'per: [{", ".join(budget["per"])}]']
    if budget['window']:
        parts.append(f'{"over" if budget["window"][0].isdigit() else "every"}: {budget["window"]}')
    if isinstance(budget['amount'], dict):
        inside = ', '.join(f'{tier}: {money(cents)}' for tier, cents in budget['amount'].items())
        parts.append(f'amount: {{{inside}}}')
    elif budget['amount'] is not None:
        parts.append(f'amount: {money(budget["amount"])}')
    if budget['times'] is not None:
        parts.append(f'times: {budget["times"]}')
    return f'  {budget["name"]}: {{{", ".join(parts)}}}\n'


def policy_yaml(world):
    text = (f'leeway: 1\norganization: Random\ncurrency: USD\ntime_zone: {world["zone"]}\ntiers: [{", ".join(TIERS)}]\n'
            f'actions:\n  credit: {{kind: money}}\n  refund: {{kind: money, at_most: {money(world["at_most"])}}}\nbudgets:\n')
    text += ''.join(budget_yaml(budget) for budget in world['budgets']) + 'grants:\n'
    for grant in world['grants']:
        text += (f'  - {{id: {grant["id"]}, who: {{tier: {grant["tier"]}}}, may: [{", ".join(grant["may"])}], '
                 f'up_to: {money(grant["up_to"])}, draws: [{", ".join(grant["draws"])}]}}\n')
    return text


# --- the model ---------------------------------------------------------------------------------------------------

def moment(text):
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S.%fZ').replace(tzinfo=UTC)


def cents(text):
    whole, part = text.split('.')
    return int(whole) * 100 + int(part)


def period(window, zone, at):
    """What draws of a calendar window have in common when they count together."""
    local = at.astimezone(zone)
    if window == 'day':
        return local.date()
    if window == 'week':
        return local.date() - datetime.timedelta(days=local.weekday())
    if window == 'month':
        return local.year, local.month
    if window == 'quarter':
        return local.year, (local.month - 1) // 3
    return local.year if window == 'year' else None


def span(window):
    return datetime.timedelta(seconds=int(window[:-1]) * UNITS[window[-1]])


class Model:
    def __init__(self, world):
        self.world = world
        self.zone = zoneinfo.ZoneInfo(world['zone'])
        self.budgets = {budget['name']: budget for budget in world['budgets']}
        self.draws = {name: [] for name in self.budgets}  # (scope, at, cents)

    def scope(self, budget, request):
        values = {'agent': request['agent']['id'], 'team': request['agent']['team'], 'customer': request['customer'],
                  'case': request['case'], 'organization': '.'}
        return tuple(values[part] for part in budget['per'])

    def used(self, budget, request):
        at, window, mine = moment(request['at']), budget['window'], self.scope(budget, request)
        draws = [(t, c) for scope, t, c in self.draws[budget['name']] if scope == mine]
        if window and window[0].isdigit():
            over, newest = span(window), max((t for t, _ in draws), default=at)
            # What is later counts too. A window that begins more than two windows before the newest draw gets all that was
            # ever drawn: details so far back are not kept (src/budget/rows.c), and no room may open there.
            counted = [c for t, c in draws if t > at - over or at - over < newest - 2 * over]
        else:
            counted = [c for t, c in draws if period(window, self.zone, t) == period(window, self.zone, at)]
        return sum(counted), len(counted)

    def limits(self, budget, tier):
        """A tier without an entry of its own has that of the nearest below, and without one below none at all: zero."""
        amount = budget['amount']
        if isinstance(amount, dict):
            below = [amount[name] for name in TIERS[:TIERS.index(tier) + 1] if name in amount]
            amount = below[-1] if below else 0
        return amount, budget['times']

    def left(self, budget, request):
        amount, times = self.limits(budget, request['agent']['tier'])
        used, count = self.used(budget, request)
        return (None if amount is None else max(amount - used, 0)), (None if times is None else max(times - count, 0))

    def reach(self, grant, request):
        if request['action'] not in grant['may'] or TIERS.index(request['agent']['tier']) < TIERS.index(grant['tier']):
            return -1
        reach = min(grant['up_to'], self.world['at_most'] if request['action'] == 'refund' else grant['up_to'])
        for name in grant['draws']:
            amount, times = self.left(self.budgets[name], request)
            if times == 0:
                return -1
            reach = reach if amount is None else min(reach, amount)
        return reach

    def grant(self, request):
        for grant in self.world['grants']:
            if self.reach(grant, request) >= cents(request['amount']):
                return grant
        return None

    def draw(self, grant, request):
        for name in grant['draws']:
            scope = self.scope(self.budgets[name], request)
            self.draws[name].append((scope, moment(request['at']), cents(request['amount'])))


# --- properties --------------------------------------------------------------------------------------------------

class Broken(Exception):
    pass


def hold(good, text, *details):
    if not good:
        raise Broken('\n     '.join([text, *(json.dumps(detail) for detail in details)]))


def decide(leeway, policy, requests):
    done = subprocess.run([leeway, 'decide', '--quiet', '--policy', policy], capture_output=True,
                          input=''.join(json.dumps(request) + '\n' for request in requests).encode(), timeout=60)
    hold(done.returncode == 0, f'exit status {done.returncode}: {done.stderr.decode()}')
    return done.stdout


def check_left(model, grant, request, answer):
    for name in grant['draws']:
        amount, times = model.left(model.budgets[name], request)
        said = answer['left'].get(name)
        hold(said == (None if amount is None else money(amount)), f'{name}: {amount} cents are left', request, answer)
        hold(answer.get('left_times', {}).get(name) == times, f'{name}: {times} times are left', request, answer)


def check_granted(model, request, answer):
    """By its own grant; before anything is compared with the model's choice."""
    grant = next(g for g in model.world['grants'] if g['id'] == answer['grant'])
    hold(cents(request['amount']) <= model.reach(grant, request), f'granted over the reach of {grant["id"]}', request, answer)
    model.draw(grant, request)
    for name in grant['draws']:
        budget = model.budgets[name]
        (used, count), (amount, times) = model.used(budget, request), model.limits(budget, request['agent']['tier'])
        hold(amount is None or cents(request['amount']) == 0 or used <= amount, f'{name}: {used} of {amount}', request, answer)
        hold(times is None or count <= times, f'{name}: {count} of {times} times', request, answer)
    check_left(model, grant, request, answer)


def check_answer(model, request, answer):
    first = model.grant(request)
    hold('error' not in answer, 'an error', request, answer)
    hold((answer['verdict'] == 'granted') == (first is not None), f'the model says {first and first["id"]}', request, answer)
    if answer['verdict'] == 'granted':
        hold(answer['grant'] == first['id'], f'the first that reaches is {first["id"]}', request, answer)
        check_granted(model, request, answer)
        return
    hold(any(answer.get(key) for key in ['can', 'route', 'instead', 'needs']), 'a bare no', request, answer)
    for option in answer['can']:
        asked = request | {'action': option['action'], 'amount': option['up_to']}
        reaches = [model.reach(grant, asked) for grant in model.world['grants']]
        hold(max(reaches) == cents(option['up_to']), f'the most is {max(reaches)} cents', request, answer)


def fullest(model, budget, scope):
    """The most that any window holds of one scope, by looking at each: (cents, times)."""
    draws = [(t, c) for mine, t, c in model.draws[budget['name']] if mine == scope]
    if budget['window'] and budget['window'][0].isdigit():
        windows = [[c for t, c in draws if end - span(budget['window']) < t <= end] for end, _ in draws]
    else:
        periods = {period(budget['window'], model.zone, t) for t, _ in draws}
        windows = [[c for t, c in draws if period(budget['window'], model.zone, t) == one] for one in periods]
    return max(map(sum, windows), default=0), max(map(len, windows), default=0)


def check_windows(model):
    """Whatever the order of requests, no window holds more than the largest limit of any tier."""
    for budget in model.budgets.values():
        amount, times = budget['amount'], budget['times']
        amount = max(amount.values()) if isinstance(amount, dict) else amount
        for scope in {scope for scope, _, _ in model.draws[budget['name']]}:
            most, count = fullest(model, budget, scope)
            hold(amount is None or most <= amount, f'{budget["name"]} of {scope}: a window holds {most} of {amount} cents')
            hold(times is None or count <= times, f'{budget["name"]} of {scope}: a window holds {count} of {times} times')


def check_world(leeway, folder, seed):
    rng = random.Random(seed)
    world = random_world(rng)
    policy = folder / 'policy.yaml'
    policy.write_text(policy_yaml(world))
    start = datetime.datetime(rng.randint(2020, 2030), rng.randint(1, 12), rng.randint(1, 28), rng.randrange(24), tzinfo=UTC)
    requests = [random_request(rng, start, number) for number in range(120)]
    if rng.random() < 0.5:
        requests.sort(key=lambda request: request['at'])
    answers = decide(leeway, policy, requests)
    hold(answers == decide(leeway, policy, requests), 'decided twice, answered differently')
    lines = answers.decode().splitlines()
    hold(len(lines) == len(requests), f'{len(lines)} answers')
    model = Model(world)
    granted = 0
    for request, line in zip(requests, lines):
        answer = json.loads(line)
        hold(answer['id'] == request['id'], 'another id', request, answer)
        check_answer(model, request, answer)
        granted += answer['verdict'] == 'granted'
    check_windows(model)
    return granted, len(requests)


def main():
    parser = argparse.ArgumentParser(description='Properties of deciding.')
    parser.add_argument('--leeway', default=os.environ.get('LEEWAY', ROOT / 'build' / 'release' / 'src' / 'cli' / 'leeway'))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--worlds', type=int, default=150)
    parser.add_argument('--seconds', type=float, help='begin no further world after that')
    options = parser.parse_args()
    passed = failed = granted = decided = 0
    end = time.monotonic() + (options.seconds or float('inf'))
    with tempfile.TemporaryDirectory(prefix='leeway-property-') as folder:
        for seed in range(options.seed, options.seed + options.worlds):
            if time.monotonic() > end:
                break
            try:
                some, of = check_world(options.leeway, pathlib.Path(folder), seed)
                granted, decided, passed = granted + some, decided + of, passed + 1
            except Broken as broken:
                failed += 1
                print(f'FAIL world {seed}: {broken}')
                if failed <= 3:
                    print('     ' + (pathlib.Path(folder) / 'policy.yaml').read_text().replace('\n', '\n     '))
    print(f'{decided} requests, {granted} granted')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not granted else 0


if __name__ == '__main__':
    sys.exit(main())
