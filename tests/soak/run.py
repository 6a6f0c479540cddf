#!/usr/bin/env python3
"""An hour under a steady, mixed load: memory, descriptors and threads must not grow.

  run.py [PROGRAM] [--minutes 60] [--rate 150] [--cases 20000] [--servers 1] [--report FILE]

PROGRAM is $LEEWAY or build/leeway. Agents decide (with and without hold, singly and in batches), ask for options, look at lists
and budgets; leads answer approvals; event streams come and go; people, cases, tokens and the policy change now and then. The load
keeps to its rate, so that the figures of the last quarter may be held against those of the second (the first warms up). Budgets in
memory are a cache that grows to 48 MiB: with so many cases (and a quarter as many customers) it is full, or holds all, within the first quarter.
Passes when resident memory grew by less than 5 % + 4 MB between those quarters, descriptors and threads not at all beyond noise, no answer was a
5xx but 503, and `leeway verify` finds nothing afterwards. Below scripts/postgres the record is on that PostgreSQL, and --servers are several
on it, each judged for itself; the load is shared among them, and what one was told is asked of the others. The last line is `N passed, N failed`.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POSTGRES = os.environ.get('LEEWAY_POSTGRES')  # as scripts/postgres gives it; without one, a file
POLICY = ROOT / 'examples' / 'aurora' / 'policy.yaml'
WORKERS = 12
STREAMS = 20
SAMPLE_SECONDS = 10


def people():
    rows = ['id,name,team,tier,kind,holds,manager']
    rows += [f'lead{i},Lead {i},care,lead,human,billing-101,' for i in range(4)]
    rows += [f'agent{i},Agent {i},care,frontline,{"ai" if i % 10 == 0 else "human"},billing-101,lead{i % 4}' for i in range(80)]
    return '\n'.join(rows) + '\n'


class Server:
    def __init__(self, program, folder, beside=None):
        """beside: another server, whose record this one shares (PostgreSQL alone)."""
        folder.mkdir()
        self.program, self.folder = program, folder
        self.database = beside.database if beside else POSTGRES if POSTGRES else folder / 'soak.db'
        (folder / 'people.csv').write_text(people())
        first = [] if beside else ['--policy', POLICY, '--people', folder / 'people.csv']
        state = ['--state', folder / 'soak.db'] if POSTGRES else []
        self.process = subprocess.Popen([program, 'serve', '--db', self.database, *state, '--listen', '127.0.0.1:0', *first],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            found = re.search(r'http://127\.0\.0\.1:(\d+)', line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            raise SystemExit('soak: the server did not start')
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def token(self, scopes, person=None):
        words = [self.program, 'token', 'create', '--scope', scopes, '--name', 'soak', '--db', self.database, '--json']
        words += ['--person', person] if person else []
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)['token']

    def sample(self):
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text()
        value = {name: int(re.search(rf'{name}:\s+(\d+)', status).group(1)) for name in ('VmRSS', 'Threads')}
        value['fds'] = len(os.listdir(f'/proc/{self.process.pid}/fd'))
        value['wal'] = sum(path.stat().st_size for path in self.folder.glob('*-wal')) // 1024
        return value


class Worker(threading.Thread):
    """One keep-alive connection, at its share of the rate."""

    def __init__(self, number, servers, token, pause, totals, cases):
        super().__init__(daemon=True)
        self.servers, self.server = servers, servers[number % len(servers)]
        self.number, self.token, self.pause, self.totals, self.cases = number, token, pause, totals, cases
        self.dice = random.Random(number)
        self.asked, self.held, self.serial = [], [], 0
        self.connection = None

    def call(self, method, path, body=None, keyed=True):
        self.serial += 1
        headers = {'Authorization': f'Bearer {self.token}', 'Content-Type': 'application/json'}
        if keyed and method == 'POST':
            headers['Idempotency-Key'] = f'soak-{self.number}-{self.serial}'
        for _ in range(3):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=20)
                self.connection.request(method, path, None if body is None else json.dumps(body), headers)
                answer = self.connection.getresponse()
                text = answer.read()
                self.totals[answer.status] = self.totals.get(answer.status, 0) + 1
                return answer.status, json.loads(text) if text[:1] in (b'{', b'[') else None
            except (OSError, http.client.HTTPException):
                self.connection = None
        self.totals['lost'] = self.totals.get('lost', 0) + 1
        return 0, None

    def request(self):
        dice = self.dice
        return {'agent': f'agent{dice.randrange(80)}', 'action': dice.choice(['credit', 'refund']), 'amount': f'{dice.randrange(1, 150)}.00',
                'case': f'c{dice.randrange(self.cases)}', 'customer': f'k{dice.randrange(self.cases // 4)}', 'reason': dice.choice(['outage', 'billing-error']),
                'facts': {'customer': {'segment': dice.choice(['standard', 'gold']), 'tenure_days': dice.randrange(2000)},
                          'invoice': {'total': '400.00'}, 'lines': dice.randrange(1, 5)}}

    def decide(self, **more):
        status, answer = self.call('POST', '/v1/decisions', self.request() | more)
        if status == 201 and answer['verdict'] == 'ask':
            self.asked.append(answer['id'])
        if status == 201 and 'hold' in answer:
            self.held.append(answer['id'])

    def step(self):
        chance = self.dice.random()
        if chance < 0.5:
            self.decide()
        elif chance < 0.56:
            self.decide(hold='1m', note='A note of some length about this customer.')
        elif chance < 0.6:
            self.call('POST', '/v1/decisions', [{'key': f'b{self.number}-{self.serial}-{i}', 'request': self.request()} for i in range(20)], keyed=False)
        elif chance < 0.72:
            request = self.request()
            self.call('POST', '/v1/options', {key: request[key] for key in ('agent', 'case', 'customer', 'reason', 'facts')})
        elif chance < 0.8 and self.held:
            self.call('POST', f'/v1/decisions/{self.held.pop()}/{self.dice.choice(["confirm", "release"])}', {})
        elif chance < 0.86 and self.asked:
            self.call('POST', f'/v1/decisions/{self.asked.pop()}/ask', {'note': 'Please.'})
        elif chance < 0.92:
            self.call('GET', f'/v1/decisions?agent=agent{self.dice.randrange(80)}&limit=50')
        elif chance < 0.96:
            self.call('GET', f'/v1/budgets?agent=agent{self.dice.randrange(80)}')
        elif chance < 0.97:
            self.call('POST', '/v1/cases', {'id': f'case-{self.number}-{self.serial}', 'customer': 'k1', 'facts': {'lines': 2}})
        elif chance < 0.98:
            self.call('PUT', f'/v1/people/agent{self.dice.randrange(80)}/presence', {'state': self.dice.choice(['here', 'away'])})
        elif chance < 0.985:
            self.call('GET', '/metrics')
        elif chance < 0.9853:
            status, made = self.call('POST', '/v1/tokens', {'name': 'short', 'scopes': ['read']})
            if status == 201:
                self.call('DELETE', f'/v1/tokens/{made["id"]}')
        else:
            self.call('GET', '/v1/stats')

    def run(self):
        while True:
            started = time.monotonic()
            if len(self.servers) > 1 and self.dice.random() < 0.02:  # to another server, with all that it was told
                self.server, self.connection = self.dice.choice(self.servers), None
            self.step()
            time.sleep(max(0, self.pause * self.dice.uniform(0.5, 1.5) - (time.monotonic() - started)))


def stream(server, token, dice):
    """Streams of events that come and go, some without a word."""
    while True:
        try:
            with socket.create_connection(('127.0.0.1', server.port), timeout=5) as line:
                line.sendall(f'GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n'.encode())
                line.settimeout(1)
                until = time.monotonic() + dice.uniform(1, 40)
                while time.monotonic() < until:
                    try:
                        if not line.recv(65536):
                            break
                    except TimeoutError:
                        pass
        except OSError:
            time.sleep(0.5)


def quarter(samples, number, name):
    size = len(samples) // 4
    return statistics.median(sample[name] for sample in samples[number * size:(number + 1) * size])


def judge_server(samples):
    checks = []
    early, late = quarter(samples, 1, 'VmRSS'), quarter(samples, 3, 'VmRSS')
    checks.append((f'resident memory {early / 1024:.1f} MB in the second quarter, {late / 1024:.1f} MB in the last', late <= early * 1.05 + 4096))
    checks.append((f'descriptors {quarter(samples, 1, "fds"):.0f}, then {quarter(samples, 3, "fds"):.0f}', quarter(samples, 3, 'fds') <= quarter(samples, 1, 'fds') + 10))
    checks.append((f'threads {quarter(samples, 1, "Threads"):.0f}, then {quarter(samples, 3, "Threads"):.0f}', quarter(samples, 3, 'Threads') <= quarter(samples, 1, 'Threads')))
    checks.append((f'the log at most {max(sample["wal"] for sample in samples) / 1024:.0f} MB', max(sample['wal'] for sample in samples) < 256 * 1024))
    return checks


def judge(totals, verified):
    checks = []
    bad = sum(count for status, count in totals.items() if status == 'lost' or (isinstance(status, int) and status >= 500 and status != 503))
    checks.append((f'answers by status {dict(sorted(totals.items(), key=str))}', bad == 0 and totals.get(201, 0) > 0))
    checks.append(('verify finds nothing', verified))
    return checks


def tell(checks):
    """Prints each check (what it says, whether it holds) and the sums; the exit status."""
    for text, good in checks:
        print(f'{"ok  " if good else "FAIL"} {text}')
    passed = sum(good for _, good in checks)
    print(f'{passed} passed, {len(checks) - passed} failed')
    return 0 if passed == len(checks) else 1


def watch(servers, options, totals):
    """The load until its end: every ten seconds a sample of each server."""
    token, samples = servers[0].token('decide,facts,read,people,admin'), []
    for number in range(WORKERS):
        Worker(number, servers, token, WORKERS / options.rate, totals, options.cases).start()
    for number in range(STREAMS):
        threading.Thread(target=stream, args=(servers[number % len(servers)], token, random.Random(number)), daemon=True).start()
    until = time.monotonic() + options.minutes * 60
    while time.monotonic() < until and all(server.process.poll() is None for server in servers):
        time.sleep(SAMPLE_SECONDS)
        samples.append([server.sample() | {'answers': sum(totals.values())} for server in servers])
        if len(samples) % 30 == 1:
            print(f'{len(samples) * SAMPLE_SECONDS / 60:6.1f} min  {samples[-1]}', flush=True)
    return samples


def main():
    parser = argparse.ArgumentParser(usage=__doc__.replace('%', '%%'))
    parser.add_argument('program', nargs='?', default=os.environ.get('LEEWAY', str(ROOT / 'build' / 'leeway')))
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--rate', type=float, default=150)
    parser.add_argument('--cases', type=int, default=20000)
    parser.add_argument('--servers', type=int, default=1)
    parser.add_argument('--report')
    options = parser.parse_args()
    if options.servers > 1 and not POSTGRES:
        parser.error('several servers need PostgreSQL: start it by scripts/postgres')
    with tempfile.TemporaryDirectory(dir=ROOT / 'build', prefix='soak-') as name:
        servers, totals = [Server(options.program, pathlib.Path(name) / '0')], {}
        servers += [Server(options.program, pathlib.Path(name) / str(number), servers[0]) for number in range(1, options.servers)]
        samples = watch(servers, options, totals)
        checks = [check for number in range(len(servers)) for check in judge_server([at[number] for at in samples])]
        died = [server for server in servers if server.process.poll() is not None]
        totals = dict(totals)  # what comes after the end is nobody's answer
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
        stopped = not died and all(server.process.wait(timeout=60) == 0 for server in servers)
        verified = subprocess.run([options.program, 'verify', '--db', servers[0].database], capture_output=True).returncode == 0
        checks += judge(totals, verified) + [('whatever was started ran to the end and stopped when told', stopped)]
    if options.report:
        pathlib.Path(options.report).write_text(json.dumps(samples))
    return tell(checks)


if __name__ == '__main__':
    sys.exit(main())
