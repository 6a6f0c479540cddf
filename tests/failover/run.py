#!/usr/bin/env python3
"""Fail-over: three PostgreSQL nodes under Patroni and etcd, two Leeway servers behind haproxy, and clients that draw from the same
budgets while machines die.

    tests/failover/run.py [SECONDS] [--program PROGRAM] [--clients N] [--said]

The primary is killed -9 three times (twice as if its machine had lost its power, once PostgreSQL alone) and comes back as a standby; a
Leeway server is killed -9 twice. Clients give each request a key and send it again, to either server, until it is answered.
Afterwards: no acknowledged decision is lost, none is there twice, no budget is passed by a cent, what the clients were told, the
journal and the budgets' rows are one sum, `leeway verify` finds nothing, each 503 had a reason and Retry-After. It reports the seconds
without answers. The last line is `N passed, N failed`; exit 1 if something failed, 0 with a line that says so where the programs are
not installed.
"""
import argparse
import http.client
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'crash'))

import cluster as ha  # noqa: E402
from load import BUDGETS, ROOT, Caller, Server, cents, drawn, journal, journal_sums, new, set_up  # noqa: E402

LIMIT = '1500.00'
REVERSED = 0.3   # how often a refusal makes a client take one of its own back
AGAIN_SECONDS = 0.5
WAIT_SECONDS_MAX = 60
SECOND_HAND = 1.5  # so soon at most a server knows what others have recorded
REQUEST_SECONDS_MAX = 45  # no single request may hang for longer


class Seen:
    """What all clients saw, together."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answers = []  # moments of acknowledged answers
        self.counts = {}
        self.unclear = []  # 503s without a reason or Retry-After, answers that nobody expects
        self.longest = 0.0

    def add(self, kind, waited):
        with self.lock:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.longest = max(self.longest, waited)
            if kind in ('granted', 'refused', 'reversed'):
                self.answers.append(time.monotonic())

    def gaps(self, since, least=1.0):
        moments = sorted(at for at in self.answers if at >= since)
        return [(a - since, b - a) for a, b in zip([since, *moments], moments) if b - a >= least]


class Client(threading.Thread):
    def __init__(self, callers, seed, end, seen):
        super().__init__(daemon=True)
        self.callers, self.end, self.seen, self.random = callers, end, seen, random.Random(seed)
        self.told, self.taken, self.open, self.fault = {}, set(), None, None

    def run(self):
        try:
            while time.monotonic() < self.end and self.fault is None:
                self.one()
        except Exception as fault:  # said by the main thread
            self.fault = repr(fault)

    def send(self, path, body, key):
        """The same request with the same key until it is answered."""
        until = time.monotonic() + WAIT_SECONDS_MAX + (self.end - time.monotonic() if self.end > time.monotonic() else 0)
        while time.monotonic() < until:
            began = time.monotonic()
            self.open = key
            try:
                reply = self.random.choice(self.callers).post(path, body, key)
            except (OSError, http.client.HTTPException) as broken:
                self.seen.add(f'broken ({type(broken).__name__})', time.monotonic() - began)
                time.sleep(AGAIN_SECONDS)
                continue
            if reply.status in (502, 503, 504):
                ours = reply.header('content-type').startswith('application/problem+json')
                self.seen.add('503' if ours else f'{reply.status} of the proxy', time.monotonic() - began)
                if ours and not (reply['detail'] and reply.header('retry-after')):
                    self.seen.unclear.append(repr(reply))
                time.sleep(AGAIN_SECONDS)
                continue
            self.open = None
            return reply, time.monotonic() - began
        self.fault = f'{path} was not answered: {key}'
        return None, 0.0

    def one(self):
        key = new('fail')
        body = {'agent': 'ana', 'action': 'credit', 'amount': f'{self.random.randint(1, 499) / 100:.2f}', 'customer': 'k'}
        reply, waited = self.send('/v1/decisions', body, key)
        if reply is None:
            return
        if reply.status not in (200, 201) or reply['verdict'] not in ('granted', 'refused'):
            self.fault = f'{key}: {reply!r}'
            return
        self.seen.add(reply['verdict'], waited)
        granted = reply['verdict'] == 'granted'
        self.told[key] = (reply['id'], body, cents(reply['amount']) if granted else 0)
        mine = [one for one in list(self.told)[-40:] if self.told[one][2] and one not in self.taken] if not granted else []
        if mine and self.random.random() < REVERSED:
            self.take_back(self.random.choice(mine))

    def take_back(self, key):
        reply, waited = self.send(f'/v1/decisions/{self.told[key][0]}/reverse', {'reason': 'test'}, new('back'))
        if reply is not None and reply.status == 200:
            self.taken.add(key)
            self.seen.add('reversed', waited)
        elif reply is not None:
            self.fault = f'taking back: {reply!r}'


def start_servers(program, folder, cluster):
    """The tables are the owner's, the servers run as the other role, as docs/how-to/postgresql.md says."""
    for user, password in ha.LEEWAY_PASSWORDS.items():
        cluster.sql('-c', f"CREATE ROLE {user} LOGIN PASSWORD '{password}'")
    cluster.sql('-c', 'CREATE DATABASE leeway OWNER leeway_owner')
    cluster.sql('-c', 'ALTER SCHEMA public OWNER TO leeway_owner', database='leeway')
    made = subprocess.run([program, 'migrate', '--to', cluster.url('leeway_owner')], capture_output=True, text=True)
    if made.returncode != 0:
        raise RuntimeError(f'leeway migrate: {made.stdout}{made.stderr}')
    cluster.sql('-f', str(ha.HA / 'roles.sql'), database='leeway')
    servers = []
    for number in (1, 2):
        own = folder / f'leeway{number}'
        own.mkdir()
        server = Server(program, '--state', str(own / 'leeway'), folder=own)
        server.db = cluster.url('leeway')
        servers.append(server)
    return servers


def start_proxy(folder, servers):
    port = ha.free_ports(1)[0]
    text = (ha.HA / 'haproxy.cfg').read_text()
    text = text.replace('10.0.0.20:443 ssl crt /etc/haproxy/leeway.pem alpn h2,http/1.1', f'127.0.0.1:{port}')
    for host, server in zip(('10.0.0.21', '10.0.0.22'), servers):
        text = text.replace(f'{host}:8080', f'127.0.0.1:{server.port}')
    (folder / 'haproxy.cfg').write_text(text)
    log = open(folder / 'haproxy.log', 'ab')
    process = subprocess.Popen(['/usr/sbin/haproxy', '-f', str(folder / 'haproxy.cfg')], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    log.close()
    return process, port


class Proxied:
    """What a Caller needs of a server."""

    def __init__(self, port):
        self.port = port
        self.patience = 0  # seconds: each answer is looked at


def deaths(seconds):
    """(when, who) over the whole time."""
    return [(seconds * part, who) for part, who in ((0.08, 'primary'), (0.30, 'leeway'), (0.40, 'database'), (0.62, 'leeway'), (0.70, 'primary'))]


def run_deaths(cluster, servers, began, seconds, told):
    """Kills in their order; brings back what was killed."""
    number = 0
    for when, who in deaths(seconds):
        time.sleep(max(0.0, began + when - time.monotonic()))
        if who == 'leeway':
            server = servers[number % 2]
            number += 1
            server.kill()
            told.append((time.monotonic() - began, f'leeway{number} killed'))
            time.sleep(3)
            server.start(port=server.port)
            continue
        cluster.wait(cluster.is_whole, 'whole cluster before the next death', 120)
        primary = cluster.primary()
        told.append((time.monotonic() - began, f'{primary.name} killed' + (' (PostgreSQL alone)' if who == 'database' else '')))
        if who == 'database':
            primary.kill_database()
            continue
        primary.kill()
        cluster.wait(lambda: cluster.primary() not in (None, primary), 'new primary', 120)
        told.append((time.monotonic() - began, f'{cluster.primary().name} is the primary'))
        primary.start()


def check_all(clients, seen, servers, caller, told):
    entries = journal(caller)
    sums, ids = journal_sums(entries)
    rows, limits = drawn(caller)
    acked = {key: one for client in clients for key, one in client.told.items()}
    taken = set().union(*(client.taken for client in clients))
    standing = sum(one[2] for key, one in acked.items() if key not in taken)
    told_ids = [one[0] for one in acked.values()]
    sample = random.Random(1).sample(list(acked), min(200, len(acked)))
    other = [key for key in sample if (reply := caller.post('/v1/decisions', acked[key][1], key)).status != 200 or reply['id'] != acked[key][0]]
    verified = servers[0].run('verify')
    faults = sorted({client.fault for client in clients if client.fault})
    primaries = [text for _, text in told if text.startswith('node') and 'killed' in text]
    return {
        f'no client failed: {faults[:3]}': not faults,
        f'three primaries and two servers died: {told}': len(primaries) == 3 and len([1 for _, text in told if text.startswith('leeway')]) == 2,
        'limits were reached': seen.counts.get('refused', 0) > 0,
        f'clients were told to come back, and why: {seen.unclear[:2]}': seen.counts.get('503', 0) > 0 and not seen.unclear,
        f'no request hung: {seen.longest:.1f} s': seen.longest < REQUEST_SECONDS_MAX,
        f'no acknowledged decision is lost: {sorted(set(told_ids) - set(ids))[:3]}': set(told_ids) <= set(ids),
        f'none is there that nobody was told: {sorted(set(ids) - set(told_ids))[:3]}': set(ids) <= set(told_ids),
        'none is there twice': all(count == 1 for count in ids.values()) and len(set(told_ids)) == len(told_ids),
        f'keys give the first answer: {other[:3]}': not other,
        f'the clients were told {standing}, the rows hold {rows}': set(rows.values()) == {standing},
        f'the clients were told {standing}, the journal adds up to {sums}': set(sums.values()) == {standing},
        'no limit is passed': all(rows[name] <= limits[name] for name in BUDGETS),
        f'verify: {verified.stdout[-300:]}{verified.stderr[-300:]}': verified.returncode == 0,
    }


def report(seen, told, began):
    print(f'{seen.counts}; longest wait for an answer {seen.longest:.1f} s')
    for at, text in sorted(told):
        print(f'  {at:6.1f} s  {text}')
    gaps = seen.gaps(began)
    print(f'seconds without answers: {sum(length for _, length in gaps):.1f} of {seen.answers[-1] - began:.1f} in all; '
          + ', '.join(f'{length:.1f} s from {at:.1f} s on' for at, length in gaps), flush=True)


def campaign(options, folder):
    program = str(options.program.resolve())
    with ha.Cluster(folder) as cluster:
        passwords = folder / 'pgpass'
        cluster.passwords(passwords)
        os.environ['PGPASSFILE'] = str(passwords)
        servers = start_servers(program, folder, cluster)
        proxy = None
        try:
            servers[0].start()
            caller = set_up(servers[0], pool=LIMIT, agent=LIMIT, customer=LIMIT)
            servers[1].start()
            proxy, port = start_proxy(folder, servers)
            callers = [Caller(one, token=caller.token) for one in (*servers, Proxied(port))]
            seen, told, began = Seen(), [], time.monotonic()
            clients = [Client(callers, seed, began + options.seconds, seen) for seed in range(options.clients)]
            for client in clients:
                client.start()
            run_deaths(cluster, servers, began, options.seconds, told)
            for client in clients:
                client.join(options.seconds + 2 * WAIT_SECONDS_MAX)
            report(seen, told, began)
            time.sleep(SECOND_HAND)
            return check_all(clients, seen, servers, caller, told)
        finally:
            if options.said:
                print((folder / 'haproxy.log').read_text()[-2000:])
                for server in servers:
                    print(''.join(server.said[-60:]))
            for server in servers:
                server.stop()
            if proxy is not None:
                proxy.kill()
                proxy.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('seconds', nargs='?', type=float, default=180)
    parser.add_argument('--program', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--clients', type=int, default=16)
    parser.add_argument('--said', action='store_true', help='print the last that the servers said')
    options = parser.parse_args()
    why = ha.missing()
    if why:
        print(f'nothing was tried: {why}\n0 passed, 0 failed')
        return 0
    with tempfile.TemporaryDirectory(prefix='leeway-failover-') as folder:
        checks = campaign(options, pathlib.Path(folder))
    failed = [text for text, held in checks.items() if not held]
    for text in failed:
        print(f'FAILED {text}')
    print(f'{len(checks) - len(failed)} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
