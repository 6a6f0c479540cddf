#!/usr/bin/env python3
"""A real disk that gets full under load: 503, nothing half done, and it goes on by itself when there is space. A start on a disk
that is read-only says so, the record can be verified there, and a start on the same disk made writable goes on.

    tests/crash/disk.py [ROUNDS] [--program PROGRAM] [--clients N]

Needs the right to mount (root, or user namespaces): a small memory disk in a mount namespace of its own; without it nothing is tried
and the last line says so. While the disk is full a POST gets 503 with a reason and reading goes on; afterwards what was
acknowledged is there once, keys give the first answer, budgets and journal agree, `leeway verify` finds nothing. The last line is
`N passed, N failed` (rounds); exit 1 if something failed.
"""
import argparse
import contextlib
import http.client
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.dont_write_bytecode = True

from load import ROOT, Server, new, set_up  # noqa: E402


def kill_rounds():
    """run.py beside this file: another folder on the path has one too."""
    place = importlib.util.spec_from_file_location('kill_rounds', pathlib.Path(__file__).with_name('run.py'))
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


RUN = kill_rounds()
Mismatch = RUN.Mismatch

SIZE = '160m'
INSIDE = 'LEEWAY_TEST_DISK_INSIDE'
LIVE_SECONDS = 0.4
OUT_SECONDS = 1.5
BACK_SECONDS_MAX = 10


def enter_namespace():
    """Runs this script again where mounts are its own. None when that is not allowed."""
    for command in (['unshare', '--mount'], ['unshare', '--mount', '--user', '--map-root-user']):
        with contextlib.suppress(OSError):
            if subprocess.run([*command, 'true'], capture_output=True).returncode == 0:
                return subprocess.run([*command, sys.executable, *sys.argv], env={**os.environ, INSIDE: '1'}).returncode
    return None


def mount(*words):
    done = subprocess.run(['mount', *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'mount {words}: {done.stderr}')


class Full:
    name = 'full'

    def __init__(self, folder):
        self.filler = folder / 'filler'

    def on(self):
        with open(self.filler, 'ab', buffering=0) as file:
            with contextlib.suppress(OSError):
                while file.write(b'\0' * 65536):
                    pass
            with contextlib.suppress(OSError):
                while file.write(b'\0' * 512):
                    pass

    def off(self):
        self.filler.unlink()


def expect(reply, *statuses):
    if reply.status not in statuses:
        raise Mismatch(f'{statuses} expected: {reply!r}')
    return reply


def out_of_order(caller, fault):
    """POSTs fail until it is mended; reading goes on. Space may come back meanwhile: lists that could not be written are thrown away,
    and a log that was moved begins anew. It is taken again each time."""
    body = {'agent': 'ana', 'action': 'credit', 'amount': '0.01', 'customer': 'k', 'note': 'x' * 20000}
    refused = []
    end = time.monotonic() + OUT_SECONDS
    ready = True
    while time.monotonic() < end or (ready and time.monotonic() < end + BACK_SECONDS_MAX):
        key = new('out')
        reply = expect(caller.post('/v1/decisions', body, key), 201, 503)
        if reply.status == 201:
            fault.on()
        else:
            refused.append(key)
            if not reply['detail'] or not reply.header('retry-after'):
                raise Mismatch(f'503 without a reason or Retry-After: {reply!r}')
            expect(caller.get('/healthz'), 200)
            expect(caller.get('/v1/budgets', agent='ana', customer='k'), 200)
            ready = expect(caller.get('/readyz'), 200, 503).status == 200  # small decisions of others may fit
    if not refused:
        raise Mismatch(f'{fault.name}: everything could still be written')
    if ready:
        raise Mismatch(f'{fault.name}: it called itself ready all the while')
    return refused, body


def come_back(caller, refused, body):
    """It goes on by itself, and what was refused has not happened: its key makes one decision now."""
    end = time.monotonic() + BACK_SECONDS_MAX
    first = caller.post('/v1/decisions', body, refused[0])
    while first.status == 503 and time.monotonic() < end:
        time.sleep(0.05)
        first = caller.post('/v1/decisions', body, refused[0])
    expect(first, 201)
    again = expect(caller.post('/v1/decisions', body, refused[0]), 200)
    if again['id'] != first['id']:
        raise Mismatch(f'one key, two decisions: {first!r}, {again!r}')
    expect(caller.get('/readyz'), 200)


def one_round(server, caller, record, fault, seed, clients):
    stop = threading.Event()
    threads = [RUN.Client(caller, record, seed + i, stop) for i in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(LIVE_SECONDS)
    fault.on()
    try:
        refused, body = out_of_order(caller, fault)
    finally:
        fault.off()
    come_back(caller, refused, body)
    time.sleep(LIVE_SECONDS)
    stop.set()
    for thread in threads:
        thread.join(30)
    if record.faults:
        raise Mismatch(record.faults[0])
    RUN.by_key(caller, record, list(record.acked)[-200:])
    RUN.settle(caller, record)
    RUN.compare(caller, record)
    RUN.balance(server, caller, True)
    return len(refused)


def read_only_round(server, caller, record, folder):
    """Stopped, and started where nothing can be written: no start, one line that says why; then it goes on."""
    server.stop()
    mount('-o', 'remount,ro', str(folder))
    try:
        done = subprocess.run([server.program, 'serve', '--db', str(server.db), '--listen', '127.0.0.1:0'], capture_output=True,
                              text=True, cwd='/', timeout=20)
        if done.returncode != 3 or 'read-only' not in done.stderr.lower() or 'at src/' in done.stderr:
            raise Mismatch(f'a start on a read-only disk: {done.returncode} {done.stdout[-300:]}{done.stderr[-300:]}')
        done = server.run('verify')
        if done.returncode != 0:
            raise Mismatch(f'verify on a read-only disk: {done.returncode} {done.stdout[-300:]}{done.stderr[-300:]}')
    finally:
        mount('-o', 'remount,rw', str(folder))
    server.start(port=server.port)
    RUN.by_key(caller, record, list(record.acked)[-20:])
    RUN.compare(caller, record)
    RUN.balance(server, caller, True)
    return 1


def rounds(options, folder):
    passed = failed = 0
    record = RUN.Record()
    with Server(options.program.resolve(), folder=folder) as server:
        server.start()
        caller = set_up(server, pool='9000000.00', agent='9000000.00', customer='9000000.00')
        for number in range(options.rounds):
            name = ('full', 'read-only')[number % 2]
            try:
                refused = (one_round(server, caller, record, Full(folder), number * 100, options.clients) if name == 'full'
                           else read_only_round(server, caller, record, folder))
                passed += 1
                print(f'{name}: {refused} told to come back; {len(record.acked)} decisions', flush=True)
            except Exception as wrong:  # whatever it is, the round failed
                failed += 1
                print(f'FAILED {name}: {wrong}', flush=True)
                if not isinstance(wrong, (Mismatch, http.client.HTTPException)):
                    traceback.print_exc()
                print(''.join(server.said[-20:]))
                break
        server.stop()
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('rounds', nargs='?', type=int, default=4)
    parser.add_argument('--program', default=ROOT / 'build' / 'leeway', type=pathlib.Path)
    parser.add_argument('--clients', type=int, default=8)
    options = parser.parse_args()
    if INSIDE not in os.environ:
        code = enter_namespace()
        if code is None:
            print('no right to mount here: not tried\n0 passed, 0 failed')
        return code or 0
    with tempfile.TemporaryDirectory(prefix='leeway-disk-') as place:
        mount('-t', 'tmpfs', '-o', f'size={SIZE}', 'tmpfs', place)
        try:
            return rounds(options, pathlib.Path(place))
        finally:
            subprocess.run(['umount', '--lazy', place], capture_output=True)


if __name__ == '__main__':
    sys.exit(main())
