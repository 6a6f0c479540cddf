#!/usr/bin/env python3
"""Bytes that are no requests, or not yet: the server answers clearly or hangs up, keeps its memory, and serves the others.

    tests/http/bad_input.py [PROGRAM]

The last line is `N passed, N failed`; exit 1 if something failed.
"""
import gzip
import json
import pathlib
import re
import resource
import socket
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from server import Caller, Server, new, raw_exchange  # noqa: E402
from world import PASSWORD, POLICY  # noqa: E402

SLOW_CONNECTIONS = 500
SLOW_SECONDS = 6
ANSWER_SECONDS_MAX = 0.1
ANSWER_BYTES_MAX = 64 << 10
MEMORY_GROWTH_BYTES_MAX = 64 << 20

results = []


def check(name, fault=None):
    results.append((name, fault))
    if fault:
        print(f'FAILED {name}\n       {fault}', flush=True)


def status_of(raw):
    found = re.match(rb'HTTP/1\.[01] (\d{3})', raw)
    return int(found[1]) if found else 0


def statuses_of(raw):
    return [int(status) for status in re.findall(rb'HTTP/1\.[01] (\d{3}) ', raw)]


class Bench:
    """A server with a policy and a token."""

    def __init__(self, program):
        self.server = Server(program)
        self.server.start()
        root = Caller(self.server)
        root.accept(self.server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com')
        root.post('/v1/policy/publish', {'source': POLICY})
        root.post('/v1/teams', {'id': 'care'})
        root.post('/v1/people', {'id': 'ana', 'team': 'care', 'tier': 'frontline'})
        self.root = root
        self.token = root.post('/v1/tokens', {'scopes': ['decide', 'facts', 'read']})['token']
        self.client = Caller(self.server, token=self.token)
        self.request = {'agent': 'ana', 'action': 'credit', 'amount': '1.00', 'customer': 'k', 'reason': 'outage'}

    def head(self, length=None, kind='application/json', more='', path='/v1/decisions', method='POST', host='x'):
        text = f'{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.token}\r\nContent-Type: {kind}\r\n'
        if length is not None:
            text += f'Content-Length: {length}\r\n'
        return (text + more + '\r\n').encode('latin-1')

    def send(self, data, seconds=5):
        return raw_exchange(self.server.port, data, seconds)

    def body(self, body, **more):
        return self.send(self.head(len(body), more='Connection: close\r\n', **more) + body)

    def serves(self):
        """None, or what is wrong with the answer to a good request."""
        reply = self.client.post('/v1/decisions', self.request | {'amount': '0.01', 'customer': new('c')})
        return None if reply.status == 201 else f'a good request was answered {reply!r}'


def problem(raw, *statuses):
    """None, or what is wrong with an error as an answer."""
    status = status_of(raw)
    if status not in statuses:
        return f'{statuses} was expected: {raw[:300]!r}'
    head, _, body = raw.partition(b'\r\n\r\n')
    if b'application/problem+json' not in head.lower():
        return f'no problem+json: {head[:300]!r}'
    try:
        if json.loads(body)['status'] != status:
            return f'another status inside: {body[:300]!r}'
    except (ValueError, KeyError):
        return f'no problem: {body[:300]!r}'
    return None


def bodies(bench):
    good = json.dumps(bench.request).encode()
    unreadable = {
        'empty': b'', 'half': good[:len(good) // 2], 'a comma too many': good[:-1] + b',}', 'two': good + good, 'a word': b'credit',
        'invalid UTF-8': good.replace(b'outage', b'out\xff\xfeage'), 'overlong UTF-8': good.replace(b'outage', b'out\xc0\xafage'),
        'UTF-16': good.decode().encode('utf-16'), 'a NUL byte': good.replace(b'outage', b'out\x00age'), 'only NUL bytes': b'\x00' * 500,
        'a lone surrogate': good.replace(b'outage', b'\\ud800'), 'nested 100,000 deep': b'[' * 100_000,
        'objects nested 50,000 deep': b'{"a":' * 50_000 + b'1' + b'}' * 50_000, 'NaN': good.replace(b'"1.00"', b'NaN'),
        'a comment': b'/* */' + good, 'single quotes': good.replace(b'"', b"'"), 'gzip': gzip.compress(good),
    }
    for name, body in unreadable.items():
        check(f'body: {name}', problem(bench.body(body), 400, 413, 415, 422))
    unfit = {
        'null': b'null', 'a number': b'17', 'a text': b'"credit"', 'an empty object': b'{}', 'an empty list': b'[]',
        'a name twice': good[:-1] + b',"amount":"100.00"}', 'a number as the amount': good.replace(b'"1.00"', b'1.00'),
        'an object as the amount': good.replace(b'"1.00"', b'{"a":1}'), 'a huge number': good.replace(b'"1.00"', b'1' + b'0' * 5000),
        'a NUL escaped': good.replace(b'outage', b'out\\u0000age'), 'a member without a name': good[:-1] + b',"":1}',
        'a name of a megabyte': good[:-1] + b',"' + b'a' * (1 << 20) + b'":1}', 'a hundred thousand members': b'{' + b','.join(b'"m%d":1' % i for i in range(100_000)) + b'}',
    }
    for name, body in unfit.items():
        raw = bench.body(body)
        check(f'body: {name}', problem(raw, 400, 413, 422))
        check(f'body: {name}: the answer is short', None if len(raw) < ANSWER_BYTES_MAX else f'{len(raw):,} bytes')
    found = json.loads(bench.body(b'[1,2,3]').partition(b'\r\n\r\n')[2])
    check('body: a list of numbers', None if [item['status'] for item in found['answers']] == [422] * 3 else f'{found}')
    before = bench.server.memory()
    large = b'{"note":"' + b'a' * (10 << 20) + b'"}'
    for _ in range(5):
        check('body: 10 MB', problem(bench.body(large), 413, 422))
    check('10 MB five times leave the memory', None if bench.server.memory() - before < MEMORY_GROWTH_BYTES_MAX else f'grew by {bench.server.memory() - before:,}')
    check('a length that is not sent', None if status_of(bench.send(bench.head(99_999_999_999) + b'{}', 2)) in (0, 400, 413) else 'answered')
    check('text/csv as the type', problem(bench.body(good, kind='text/csv'), 415))
    untyped = bench.send(f'POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bench.token}\r\nConnection: close\r\n'
                         f'Content-Length: {len(good)}\r\n\r\n'.encode() + good)
    check('no type: taken as JSON, or refused', None if status_of(untyped) in (201, 415) else f'{untyped[:200]}')
    check('after all bodies', bench.serves())


def shapes(bench):
    """What is no HTTP, and what two readers could read differently (request smuggling)."""
    good = json.dumps(bench.request).encode()
    one = b'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'
    hidden = b'GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n'
    head = bench.head().rstrip(b'\r\n') + b'\r\n'
    refused = {
        'both lengths': head + b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + hidden,
        'both lengths, the other way': head + b'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n' + hidden,
        'two lengths': head + b'Content-Length: 5\r\nContent-Length: 40\r\n\r\n' + hidden,
        'two lengths in one': head + b'Content-Length: 5, 40\r\n\r\n' + hidden,
        'a negative length': head + b'Content-Length: -1\r\n\r\n' + hidden,
        'a length with a sign': head + b'Content-Length: +5\r\n\r\n12345' + hidden,
        'a length in hexadecimal': head + b'Content-Length: 0x5\r\n\r\n12345' + hidden,
        'a length that overflows': head + b'Content-Length: 18446744073709551617\r\n\r\n1' + hidden,
        'a transfer encoding that is none': head + b'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n' + hidden,
        'chunked twice': head + b'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n' + hidden,
        'a space before the colon': head + b'Content-Length : 5\r\n\r\n12345' + hidden,
        'a folded line': head + b'X-A: b\r\n Content-Length: 5\r\n\r\n' + hidden,
        'a chunk with a bad size': head + b'Transfer-Encoding: chunked\r\n\r\nZZ\r\n12345\r\n0\r\n\r\n' + hidden,
        'a chunk size that overflows': head + b'Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n12345\r\n0\r\n\r\n' + hidden,
    }
    for name, data in refused.items():
        found = statuses_of(bench.send(data, 2))
        # The connection ends there: what follows is not read as a request (it would be answered 200, 401, 404 or 405).
        check(f'smuggling: {name}', None if set(found) <= {400, 413, 501} else f'answered {found}')
    broken = {
        'no HTTP': b'hello\r\n\r\n', 'TLS': bytes.fromhex('160301020001000001fc0303') + b'\x00' * 200, 'only line ends': b'\r\n' * 1000,
        'NUL bytes': b'\x00' * 1000, 'no host': b'GET /healthz HTTP/1.1\r\n\r\n', 'HTTP/9': b'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n',
        'a NUL in the path': b'GET /heal\x00thz HTTP/1.1\r\nHost: x\r\n\r\n', 'a NUL in a header': b'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\n\r\n',
        'a path of 100 KB': b'GET /' + b'a' * 100_000 + b' HTTP/1.1\r\nHost: x\r\n\r\n',
        'a header of 100 KB': b'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ' + b'a' * 100_000 + b'\r\n\r\n',
        'ten thousand headers': b'GET /healthz HTTP/1.1\r\nHost: x\r\n' + b'X-A: b\r\n' * 10_000 + b'\r\n',
        'an unknown method': b'BREW /v1/decisions HTTP/1.1\r\nHost: x\r\n\r\n', 'CONNECT': b'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n',
        'TRACE': b'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n',
    }
    for name, data in broken.items():
        found = statuses_of(bench.send(data, 2))
        check(f'shape: {name}', None if all(400 <= status < 600 and status != 500 for status in found) else f'answered {found}')
    for name, path in {'..': '/v1/../v1/me', 'encoded ..': '/v1/%2e%2e/etc/passwd', 'NUL': '/v1/people/%00', 'bad escape': '/v1/people/%zz', 'invalid UTF-8': '/v1/people/%ff',
                       'double slash': '//v1/me', 'a file': '/etc/passwd', 'absolute': 'http://evil.example/v1/me'}.items():
        found = status_of(bench.send(bench.head(path=path, method='GET', more='Connection: close\r\n'), 3))
        check(f'path: {name}', None if found in (200, 400, 404) and (found != 200 or name == 'absolute') else f'answered {found}')
    pipelined = bench.send(one * 50, 3)
    check('pipelined: 50 at once', None if statuses_of(pipelined) == [200] * 50 else f'{len(statuses_of(pipelined))} answers: {set(statuses_of(pipelined))}')
    post = bench.head(len(good)) + good
    found = statuses_of(bench.send(post * 20 + one, 5))
    check('pipelined: 20 decisions and a question', None if found == [201] * 20 + [200] else f'answered {found}')
    chunked = bench.head(more='Transfer-Encoding: chunked\r\nConnection: close\r\n') + b''.join(b'1\r\n' + good[i:i + 1] + b'\r\n' for i in range(len(good))) + b'0\r\n\r\n'
    check('chunked, a byte each', None if status_of(bench.send(chunked)) == 201 else 'not decided')
    check('after all shapes', bench.serves())


def slow(bench):
    """500 connections that send a byte a second, while others are served."""
    links = []
    data = bench.head(500) + b' ' * 500
    before = bench.server.memory()
    try:
        for _ in range(SLOW_CONNECTIONS):
            links.append(socket.create_connection(('127.0.0.1', bench.server.port), timeout=5))
    except OSError as error:
        check('500 connections', f'{len(links)} were taken: {error}')
    stop = threading.Event()

    def drip():
        at = 0
        while not stop.wait(1) and at < len(data):
            for link in links:
                try:
                    link.send(data[at:at + 1])
                except OSError:
                    pass
            at += 1
    thread = threading.Thread(target=drip)
    thread.start()
    times = []
    end = time.monotonic() + SLOW_SECONDS
    try:
        while time.monotonic() < end:
            began = time.monotonic()
            fault = bench.serves()
            times.append(time.monotonic() - began)
            if fault:
                check('served beside 500 slow connections', fault)
                return
            time.sleep(0.02)
        fresh = Caller(bench.server, token=bench.token)
        began = time.monotonic()
        fault = None if fresh.get('/v1/me').status == 200 else 'not served'
        times.append(time.monotonic() - began)
        times.sort()
        late = times[int(len(times) * 0.99)]
        print(f'beside {len(links)} slow connections: {len(times)} decisions, p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {late * 1000:.1f} ms')
        check('a new connection beside 500 slow ones', fault)
        check('served beside 500 slow connections', None if late < ANSWER_SECONDS_MAX else f'p99 {late * 1000:.0f} ms')
        grown = bench.server.memory() - before
        check('500 slow connections take little memory', None if grown < MEMORY_GROWTH_BYTES_MAX else f'{grown:,} bytes')
    finally:
        stop.set()
        for link in links:
            link.close()
        thread.join()
    check('after the slow connections', bench.serves())


def cut(bench):
    """Connections that end anywhere in a request: nothing half done, nothing kept."""
    good = json.dumps(bench.request | {'customer': new('c')}).encode()
    whole = bench.head(len(good)) + good
    before = len(bench.client.get('/v1/decisions', agent='ana', limit=500)['items'])
    for at in range(0, len(whole) - 1, 7):
        with socket.create_connection(('127.0.0.1', bench.server.port), timeout=5) as link:
            link.sendall(whole[:at])
    after = len(bench.client.get('/v1/decisions', agent='ana', limit=500)['items'])
    check('requests cut anywhere decide nothing', None if after == before else f'{after - before} decisions')
    check('after the cut ones', bench.serves())


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent / 'build' / 'leeway').resolve()
    bench = Bench(program)
    try:
        began = bench.server.memory()
        for part in (bodies, shapes, cut, slow):
            if bench.server.process.poll() is not None:
                break
            part(bench)
        alive = bench.server.process.poll() is None
        check('the server still runs', None if alive else ''.join(bench.server.said[-40:]))
        if alive:
            print(f'memory: {began >> 20} MiB before, {bench.server.memory() >> 20} MiB after')
            check('its memory is bounded', None if bench.server.memory() - began < 2 * MEMORY_GROWTH_BYTES_MAX else f'{bench.server.memory():,} bytes')
            check('it ends when it is told to', None if bench.server.stop() == 0 else 'it did not')
    finally:
        bench.server.__exit__()
    failed = sum(fault is not None for _, fault in results)
    print(f'{len(results) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
