#!/usr/bin/env python3
"""Rough clients: every kind of call at once, by clients that break off in the middle, send byte by byte, read slowly or not at all.

  rough.py [PROGRAM] [--seconds 60] [--clients 48] [--seed 1] [--restart 20]

PROGRAM is build/leeway; meant for one built with sanitizers as well (tools/presets/asan.ini, tsan.ini). The company of tests/http is set up,
then clients with keys and sessions decide (singly, in batches, with holds), ask, answer, take back, look at lists, pages and budgets,
import people, publish policies, make keys and webhooks, sign in, hold event streams open and drop them; beside them the command line
writes to the same database. Every RESTART seconds the server is told to stop amid all that, and started again. Passes when the
server never ended by itself, stopped with status 0 each time, said nothing that a sanitizer says, no answer was a 5xx but 503, and
`leeway verify` finds nothing. The last line is `N passed, N failed`.
"""
import argparse
import json
import pathlib
import random
import re
import socket
import struct
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
from run import tell  # noqa: E402: beside this file; the folder of tests/http has a run.py too

sys.path.insert(0, str(ROOT / 'tests' / 'http'))

from server import Server  # noqa: E402
from world import PASSWORD, PEOPLE, POLICY, World  # noqa: E402

CASES, CUSTOMERS = 400, 200
KEPT_IDS = 300
FAULT = re.compile(r'Sanitizer|runtime error|LW_ASSERT|assert|Fatal error')
ID = re.compile(rb'"id":"((?:dec|apr|tok|whk|dlv)_[0-9a-z]+)"')
ASSET = re.compile(rb'(?:src|href)="(/assets/[^"]+)"')
GETS = ('/', '/panel', '/desk', '/desk/decisions', '/policy', '/people', '/setup', '/signin', '/favicon.svg', '/healthz', '/readyz', '/metrics', '/v1/openapi.json',
        '/v1/me', '/v1/me/authority', '/v1/me/alerts', '/v1/policy', '/v1/policy/draft', '/v1/policy/terms', '/v1/policy/explain', '/v1/policy/tiers',
        '/v1/policy/starters', '/v1/settings', '/v1/setup', '/v1/names?ids=ana,lee,nobody', '/v1/names?q=an', '/v1/tokens', '/v1/webhooks', '/v1/teams')
QUERIES = {
    '/v1/decisions': ('agent', 'team', 'customer', 'case', 'action', 'reason', 'verdict', 'how', 'kind', 'skip', 'count', 'since', 'until', 'limit'),
    '/v1/approvals': ('for', 'state', 'agent', 'team', 'case', 'customer', 'limit'), '/v1/budgets': ('of', 'limit', 'agent', 'team', 'customer', 'case'),
    '/v1/people': ('q', 'tier', 'kind', 'role', 'skip', 'count', 'team', 'limit'), '/v1/cases': ('owner', 'department', 'customer', 'state', 'stale', 'limit'),
    '/v1/stats': ('team', 'since', 'until', 'by'), '/v1/journal': ('limit',), '/v1/evidence': ('action', 'reason', 'amount', 'customer'), '/v1/today': ('team',),
    '/v1/mail/deliveries': ('limit',), '/v1/policy/versions': ('limit',)}
VALUES = {'agent': ('ana', 'ben', 'nobody'), 'team': ('care', 'care/billing', 'sales'), 'customer': ('k1', 'k2', 'k3'), 'case': ('c1', 'c2'), 'action': ('credit', 'refund'),
          'reason': ('outage', 'goodwill'), 'verdict': ('granted', 'ask', 'refused'), 'how': ('asking', 'once'), 'kind': ('human', 'ai'), 'skip': ('0', '7', '300'),
          'count': ('true',), 'since': ('2026-01-01T00:00:00Z',), 'until': ('2027-01-01T00:00:00Z',), 'limit': ('1', '50', '200'), 'for': ('me', 'team'),
          'state': ('open', 'closed'), 'of': ('team', 'care'), 'q': ('an', 'le'), 'tier': ('frontline', 'lead'), 'role': ('lead', 'admin'), 'owner': ('ana', 'none'),
          'department': ('care',), 'stale': ('true',), 'by': ('team', 'team,day', 'route', 'reason,agent'), 'amount': ('40.00',)}
AGENTS = ('ana', 'ben', 'cho', 'tess', 'kim', 'desk-ai')


class Company:
    """What all clients share: who they may be, and the ids that answers have named."""

    def __init__(self, server, world, seed):
        self.server, self.seed = server, seed
        self.headers = [caller.headers() for caller in [*world.people.values(), *world.tokens.values()]]
        self.root = world.root.headers()
        self.system = world.tokens['system'].headers()
        self.leads = [world.people[name].headers() for name in ('lee', 'lou', 'mia', 'sal')]
        self.ids = {kind: [] for kind in ('dec', 'apr', 'tok', 'whk', 'dlv')}
        self.assets = ['/assets/none.js']
        self.lock = threading.Lock()
        self.totals, self.bad = {}, []
        self.end = 0.0

    def note(self, asked, status, body):
        with self.lock:
            self.totals[status] = self.totals.get(status, 0) + 1
            if status >= 500 and status != 503:
                self.bad.append(f'{status} to {asked[:120]!r}: {body[:200]!r}')
        for found in ID.findall(body[:100000])[:50]:
            known = self.ids[found[:3].decode()]
            known.append(found.decode())
            del known[:-KEPT_IDS]
        if b'<html' in body[:300]:
            self.assets = [found.decode() for found in ASSET.findall(body)] or self.assets


class Client(threading.Thread):
    def __init__(self, company, number):
        super().__init__(daemon=True)
        self.company, self.number, self.dice = company, number, random.Random(company.seed * 1000 + number)
        self.line, self.serial = None, 0

    # --- what is asked ---

    def an_id(self, kind):
        known = self.company.ids[kind]
        return self.dice.choice(known) if known else f'{kind}_00000000000000000000000000'

    def order(self):
        dice = self.dice
        order = {'agent': dice.choice(AGENTS), 'action': dice.choice(['credit'] * 6 + ['refund', 'voucher', 'waive_fee', 'nothing']), 'amount': f'{dice.randrange(1, 9000) / 100:.2f}',
                 'customer': f'k{dice.randrange(CUSTOMERS)}', 'reason': dice.choice(['outage', 'goodwill']), 'case': f'c{dice.randrange(CASES)}'}
        if dice.random() < 0.1:
            order |= {'note': 'A note about this customer. ' * dice.randrange(1, 40), 'meta': {'a': [1, {'b': 'c' * dice.randrange(3000)}]}}
        if dice.random() < 0.2:
            order['hold'] = dice.choice(['1s', '1m', '1h'])
        return order

    def a_get(self):
        dice = self.dice
        path = dice.choice(list(QUERIES))
        query = [f'{name}={dice.choice(VALUES[name])}' for name in QUERIES[path] if dice.random() < 0.3]
        paths = [dice.choice(GETS)] * 4 + [path + '?' + '&'.join(query)] * 5 + [f'/v1/decisions/{self.an_id("dec")}', f'/v1/approvals/{self.an_id("apr")}', dice.choice(self.company.assets),
                                           f'/v1/webhooks/{self.an_id("whk")}/deliveries', f'/v1/cases/c{dice.randrange(CASES)}', f'/v1/people/{dice.choice(AGENTS)}',
                                           f'/v1/people/{dice.choice(AGENTS)}/authority', '/v1/policy/versions/1']
        return 'GET', dice.choice(paths), None, dice.choice(self.company.headers + [{}])

    def a_post(self):
        dice, company = self.dice, self.company
        decision, approval = f'/v1/decisions/{self.an_id("dec")}', f'/v1/approvals/{self.an_id("apr")}'
        lead = dice.choice(company.leads)
        own = [
            ('POST', f'{decision}/confirm', {}, company.system), ('POST', f'{decision}/release', {}, company.system),
            ('POST', f'{decision}/reverse', {'reason': 'error'}, company.root), ('POST', f'{decision}/ask', {'note': 'Please.'}, company.system),
            ('POST', f'{decision}/ask', {'note': 'Please.'}, company.system), ('POST', f'{approval}/approve', {}, lead),
            ('POST', f'{approval}/decline', {'reason': 'No.'}, lead), ('POST', f'{approval}/withdraw', {}, company.system), ('POST', f'{approval}/nudge', {}, company.system),
            ('POST', f'{approval}/seen', {}, lead), ('POST', f'{approval}/hold', {}, lead), ('POST', '/v1/options', self.order(), company.system),
            ('POST', '/v1/options', {**self.order(), 'detail': True}, company.system),
            ('POST', '/v1/cases', {'id': f'c{dice.randrange(CASES)}', 'customer': 'k1', 'facts': {}}, company.system),
            ('POST', f'/v1/cases/c{dice.randrange(CASES)}/take', {}, dice.choice(company.headers)),
            ('PUT', '/v1/me/presence', {'state': dice.choice(['here', 'away'])}, dice.choice(company.headers)),
            ('POST', '/v1/policy/check', {'source': POLICY}, company.root), ('POST', '/v1/policy/explain', {'source': POLICY}, company.root),
            ('POST', '/v1/policy/diff', {'source': POLICY.replace('50', '51', 1)}, company.root),
        ]
        return dice.choice(own)

    def a_change(self):
        """What is seldom: people, policy, keys, webhooks, passwords."""
        dice, company = self.dice, self.company
        person = f'p{dice.randrange(60)}'
        row = f'{person},Person {person},{person}@example.com,care,frontline,human,,2023-01-01,lee\n'
        changes = [
            ('POST', '/v1/people/import', (PEOPLE + row).encode(), company.root), ('POST', '/v1/people', {'id': person, 'name': person, 'team': 'care', 'tier': 'frontline'}, company.root),
            ('PATCH', f'/v1/people/{person}', {'tier': dice.choice(['frontline', 'senior'])}, company.root), ('POST', f'/v1/people/{person}/invite', {}, company.root),
            ('POST', f'/v1/people/{person}/erase', {}, company.root), ('POST', f'/v1/customers/k{dice.randrange(CUSTOMERS)}/erase', {}, company.root),
            ('POST', '/v1/policy/publish', {'source': POLICY + f'# {dice.random()}\n', 'note': 'Again.'}, company.root), ('POST', '/v1/policy/rollback', {'version': 1}, company.root),
            ('PUT', '/v1/policy/draft', {'source': POLICY}, company.root),
            ('POST', '/v1/tokens', {'name': 'short', 'scopes': ['read']}, company.root),
            ('POST', '/v1/webhooks', {'url': f'http://127.0.0.1:{dice.choice([9, self.company.server.port])}/v1/signin', 'events': ['decision']}, company.root),
            ('POST', f'/v1/webhooks/{self.an_id("whk")}/test', {}, company.root), ('DELETE', f'/v1/webhooks/{self.an_id("whk")}', None, company.root),
            ('POST', '/v1/signin', {'person': dice.choice(['ana', 'ben', 'nobody']), 'password': dice.choice([PASSWORD, 'wrong wrong wrong'])}, {}),
            ('PATCH', '/v1/settings', {'name': f'Company {dice.randrange(9)}'}, company.root),
        ]
        return dice.choice(changes)

    def a_decision(self):
        dice = self.dice
        if dice.random() < 0.15:
            items = [{'key': f'b{self.number}-{self.serial}-{i}', 'request': self.order()} for i in range(dice.randrange(1, 100))]
            return 'POST', '/v1/decisions', items, self.company.system
        return 'POST', '/v1/decisions', self.order(), self.company.system

    def a_request(self):
        """Its bytes: head and body."""
        dice = self.dice
        chance = dice.random()
        make = self.a_decision if chance < 0.45 else self.a_post if chance < 0.7 else self.a_get if chance < 0.97 else self.a_change
        method, path, body, headers = make()
        data = b'' if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.serial += 1
        lines = [f'{method} {path} HTTP/1.1', 'Host: leeway', *(f'{name}: {value}' for name, value in headers.items())]
        if data:
            lines.append('Content-Type: ' + ('text/csv' if isinstance(body, bytes) else 'application/json'))
        if method == 'POST' and dice.random() < 0.7:  # now and then the one before again
            lines.append(f'Idempotency-Key: r{self.number}-{self.serial - (dice.random() < 0.1)}')
        if data and dice.random() < 0.1:
            lines.append('Transfer-Encoding: chunked')
            middle = len(data) // 2
            data = b''.join(b'%x\r\n%b\r\n' % (len(part), part) for part in (data[:middle], data[middle:]) if part) + b'0\r\n\r\n'
        elif data or method != 'GET':
            lines.append(f'Content-Length: {len(data)}')
        return '\r\n'.join(lines).encode() + b'\r\n\r\n', data

    # --- how ---

    def connect(self):
        if self.line is None:
            self.line = socket.create_connection(('127.0.0.1', self.company.server.port), timeout=30)
        return self.line

    def drop(self, hard):
        if self.line is not None:
            if hard:  # a reset instead of an end
                self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            self.line.close()
            self.line = None

    def read_answer(self, asked, pause=0.0):
        data = b''
        while b'\r\n\r\n' not in data:
            part = self.line.recv(512 if pause else 65536)
            if not part:
                raise ConnectionError
            data += part
        head, _, body = data.partition(b'\r\n\r\n')
        if head.startswith(b'HTTP/1.1 100'):
            return self.read_answer(asked, pause)
        length = re.search(rb'(?i)\r\ncontent-length: (\d+)', head)
        if length is None and b'text/event-stream' in head:
            raise ConnectionError
        chunked = length is None and b'chunked' in head
        wanted = int(length.group(1)) if length else 0
        while not body.endswith(b'0\r\n\r\n') if chunked else len(body) < wanted:
            if pause:
                time.sleep(pause)
            part = self.line.recv(4096 if pause else 65536)
            if not part:
                raise ConnectionError
            body += part
        self.company.note(asked, int(head[9:12]), body)
        if b'onnection: close' in head:
            self.drop(False)
        return None

    def plainly(self, head, data):
        self.connect().sendall(head + data)
        self.read_answer(head)

    def cut(self, head, data):
        """A piece of it, then gone."""
        whole = head + data
        self.connect().sendall(whole[:self.dice.randrange(1, len(whole) + 1)])
        if self.dice.random() < 0.5:
            time.sleep(self.dice.random() * 0.02)
        self.drop(self.dice.random() < 0.5)

    def unheard(self, head, data):
        """All of it, and gone before the answer or in its middle."""
        self.connect().sendall(head + data)
        if self.dice.random() < 0.5:
            time.sleep(self.dice.random() * 0.01)
        if self.dice.random() < 0.3:
            self.line.recv(self.dice.randrange(1, 200))
        self.drop(self.dice.random() < 0.5)

    def slowly(self, head, data):
        whole = head + data
        for at in range(0, len(whole), 1 + len(whole) // 6):
            self.connect().sendall(whole[at:at + 1 + len(whole) // 6])
            time.sleep(0.01)
        self.read_answer(head, 0.01)

    def at_once(self, head, data):
        """Several in one piece; their answers come in turn."""
        more = [(head, data), *(self.a_request() for _ in range(self.dice.randrange(1, 6)))]
        self.connect().sendall(b''.join(part for pair in more for part in pair))
        for one, _ in more:
            if self.line is None:
                return
            self.read_answer(one)  # what came behind an answer is passed over: the line is dropped below
            break
        self.drop(self.dice.random() < 0.3)

    def half_closed(self, head, data):
        self.connect().sendall(head + data)
        self.line.shutdown(socket.SHUT_WR)
        try:
            self.read_answer(head)
        finally:
            self.drop(False)

    def expecting(self, head, data):
        self.connect().sendall(head[:-2] + b'Expect: 100-continue\r\n\r\n')
        time.sleep(0.01)
        self.line.sendall(data)
        self.read_answer(head)
        self.drop(False)  # a refusal may have come before the body

    def stream(self, _head, _data):
        """Events for a while; what comes is not always read."""
        self.drop(False)
        caller = self.dice.choice(self.company.headers)
        last = f'Last-Event-ID: {self.dice.randrange(1, 2000)}\r\n' if self.dice.random() < 0.5 else ''
        head = 'GET /v1/events HTTP/1.1\r\nHost: x\r\n' + ''.join(f'{name}: {value}\r\n' for name, value in caller.items()) + last + '\r\n'
        self.connect().sendall(head.encode())
        until = time.monotonic() + self.dice.choice([0, 0.05, 0.5, 3])
        reads = self.dice.random() < 0.7
        self.line.settimeout(0.2)
        while time.monotonic() < until:
            try:
                if reads and not self.line.recv(65536):
                    break
                if not reads:
                    time.sleep(0.05)
            except TimeoutError:
                pass
        self.drop(self.dice.random() < 0.5)

    def run(self):
        ways = [self.plainly] * 30 + [self.cut, self.cut, self.unheard, self.unheard, self.slowly, self.at_once, self.half_closed, self.expecting, self.stream, self.stream]
        while time.monotonic() < self.company.end:
            try:
                self.dice.choice(ways)(*self.a_request())
            except (OSError, ConnectionError):
                self.drop(False)
                time.sleep(0.01)


def beside(company):
    """The command line on the same database."""
    dice, serial = random.Random(company.seed), 0
    (company.server.folder / 'again.yaml').write_text(POLICY)
    (company.server.folder / 'again.csv').write_text(PEOPLE)
    while time.monotonic() < company.end:
        serial += 1
        words = dice.choice([['token', 'create', '--scope', 'decide', '--name', f'cli{serial}'], ['policy', 'publish', 'again.yaml'], ['people', 'import', 'again.csv'], ['verify'],
                             ['backup', f'copy{serial}.db']])
        try:
            company.server.run(*words)
        except OSError:
            pass
        for copy in company.server.folder.glob('copy*.db*'):
            copy.unlink(missing_ok=True)
        time.sleep(0.5)


def serve_all(company, seconds, restart):
    """Until the end; what was wrong with the server itself."""
    server, faults, said = company.server, [], []
    next_restart = time.monotonic() + restart
    while time.monotonic() < company.end:
        time.sleep(0.2)
        if server.process.poll() is not None:
            return [f'it ended by itself: status {server.process.returncode}'], said + server.said
        if restart and time.monotonic() > next_restart:
            port, status = server.port, server.stop()
            said += server.said
            if status != 0:
                return [f'it stopped with status {status}'], said
            server.start('--webhooks-inside', port=port)
            next_restart = time.monotonic() + restart
    print(f'{seconds} s: {dict(sorted(company.totals.items()))}', flush=True)
    status = server.stop()
    if status != 0:
        faults.append(f'it stopped with status {status}')
    return faults, said + server.said


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('program', nargs='?', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--clients', type=int, default=48)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--restart', type=float, default=20)
    options = parser.parse_args()
    with Server(options.program.resolve(), '--webhooks-inside') as server:
        server.start()
        world = World(server, None)
        world.set_up()
        company = Company(server, world, options.seed)
        company.end = time.monotonic() + options.seconds
        clients = [Client(company, number) for number in range(options.clients)]
        for client in clients:
            client.start()
        threading.Thread(target=beside, args=(company,), daemon=True).start()
        faults, said = serve_all(company, options.seconds, options.restart)
        for client in clients:
            client.join(40)
        loud = [line for line in said if FAULT.search(line)]
        if loud or faults:
            print(''.join(said[-200:]))
        verified = server.run('verify')
    checks = [(f'the server ran and stopped as told {faults}', not faults), (f'it said nothing of a fault {loud[:2]}', not loud), (f'no answer was a 5xx but 503 {company.bad[:5]}', not company.bad),
              (f'it answered {sum(company.totals.values())} requests', company.totals.get(201, 0) > 0), (f'verify finds nothing {verified.stdout[-200:] if verified.returncode else ""}', verified.returncode == 0)]
    return tell(checks)


if __name__ == '__main__':
    sys.exit(main())
