"""A server of one's own to test against: started on a free loopback port in a folder of its own, and callers that know how to
sign in, show a token, keep a connection open and listen to events. Every answer is held against the contract.
"""
import contextlib
import http.client
import http.cookies
import json
import os
import pathlib
import queue
import re
import select
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START_SECONDS_MAX = 20
CALL_SECONDS_MAX = 20
PATIENCE_SECONDS = 30
ADDRESS = re.compile(r'http://[0-9A-Za-z.:\[\]-]+:\d+')
LINK = re.compile(r'https?://\S*/invitations?[/#?]\S+')


POSTGRES = os.environ.get('LEEWAY_POSTGRES')  # as scripts/postgres gives it; without one, a file


def schema(url):
    """The URL of an empty schema of one's own."""
    name = 't' + uuid.uuid4().hex[:12]
    subprocess.run(['psql', '-q', url, '-c', f'CREATE SCHEMA {name}'], check=True, stdin=subprocess.DEVNULL)
    return f'{url}?options=-csearch_path%3D{name}'


def database(url):
    """The URL of an empty database of one's own."""
    name = 't' + uuid.uuid4().hex[:12]
    subprocess.run(['psql', '-q', url, '-c', f'CREATE DATABASE {name}'], check=True, stdin=subprocess.DEVNULL)
    return f'{url.rsplit("/", 1)[0]}/{name}'


class Reply:
    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        self.at = time.monotonic()

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), '')

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self):
        return self.raw.decode('utf-8', 'replace')

    @property
    def json(self):
        if 'json' not in self.header('content-type') or 'ndjson' in self.header('content-type'):
            return None
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    def __getitem__(self, name):
        return (self.json or {}).get(name)

    def __repr__(self):
        return f'{self.status} {self.text[:400]}'


class Server:
    """`leeway serve` in a folder of its own. Use as a context: it ends with it."""

    def __init__(self, program, *options, folder=None, beside=None):
        """beside: another server, whose database this one shares (PostgreSQL alone)."""
        self.program = str(program)
        self.options = options
        self.own_folder = tempfile.TemporaryDirectory(prefix='leeway-http-') if folder is None else None
        self.folder = pathlib.Path(self.own_folder.name if self.own_folder else folder)
        self.state = self.folder / 'leeway.db'  # what stands beside the database begins so
        self.db = beside.db if beside else schema(POSTGRES) if POSTGRES else self.state
        self.process = None
        self.address = None
        self.port = 0
        self.said = []
        self.link = None
        self.patience = 0  # seconds

    def start(self, *options, port=0, wait=True):
        beside = ['--state', str(self.state)] if POSTGRES else []
        command = [self.program, 'serve', '--db', str(self.db), *beside, '--listen', f'127.0.0.1:{port}', *self.options, *options]
        self.said, self.link, self.address = [], None, None
        self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        ready = threading.Event()  # of this process: the one before may still be heard out
        threading.Thread(target=self._listen, args=(self.process, self.said, ready), daemon=True).start()
        if wait and not ready.wait(START_SECONDS_MAX):
            raise RuntimeError('the server did not say its address:\n' + ''.join(self.said))
        if wait and self.address is None:
            raise RuntimeError('the server ended:\n' + ''.join(self.said))
        return self

    def _listen(self, process, said, ready):
        for line in process.stdout:
            text = line.decode('utf-8', 'replace')
            said.append(text)
            if process is not self.process:
                continue
            link = LINK.search(text)
            if link and self.link is None:
                self.link = link[0]
            found = ADDRESS.search(text)
            if found and not link:
                self.address = found[0]
                self.port = int(self.address.rsplit(':', 1)[1])
                ready.set()
        ready.set()

    def invitation(self, seconds=5):
        """The secret of the one-time link for the first administrator."""
        end = time.monotonic() + seconds
        while self.link is None and time.monotonic() < end:
            time.sleep(0.01)
        if self.link is None:
            raise RuntimeError('the server printed no link for the first administrator:\n' + ''.join(self.said))
        return secret_of(self.link)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.terminate()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def run(self, *words, **options):
        """Another verb of the program, beside the server, on the same database."""
        return subprocess.run([self.program, *words, '--db', str(self.db)], capture_output=True, text=True, cwd=self.folder,
                              timeout=120, **options)

    def invent(self, decisions, *more):
        """An invented company with that many decisions, before the server starts. Where there is PostgreSQL it is made in a file and
        moved, into a database of its own: one by one over a connection it would take a minute, and a database that others serve is not moved to."""
        self.patience = PATIENCE_SECONDS
        made = self.folder / 'invented.db' if POSTGRES else self.db
        subprocess.run([self.program, 'demo', 'generate', '--db', str(made), '--decisions', str(decisions), '--quiet', *map(str, more)],
                       check=True, capture_output=True, cwd=self.folder, timeout=300)
        if POSTGRES:
            self.db = database(POSTGRES)
            subprocess.run([self.program, 'migrate', '--from', str(made), '--to', self.db], check=True, capture_output=True, cwd=self.folder, timeout=300)

    def ask(self, sql):
        """The first column of what a question to the database brings, as texts."""
        if POSTGRES:
            done = subprocess.run(['psql', '-q', '-A', '-t', '-z', '-0', str(self.db), '-c', sql], capture_output=True, text=True, check=True)
            return [row for row in done.stdout.split('\0') if row]
        with contextlib.closing(sqlite3.connect(f'file:{self.db}?mode=ro', uri=True)) as db:
            return [row[0] if isinstance(row[0], str) else str(row[0]) for row in db.execute(sql)]

    def memory(self):
        """Bytes in memory (VmRSS)."""
        for line in pathlib.Path(f'/proc/{self.process.pid}/status').read_text().splitlines():
            if line.startswith('VmRSS'):
                return int(line.split()[1]) * 1024
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own_folder:
            self.own_folder.cleanup()


def secret_of(link):
    """What stands behind the last / # or = of a link."""
    return urllib.parse.unquote(re.split(r'[/#=]', link.rstrip(').,'))[-1])


class Caller:
    """Somebody who calls: with a token, a session or nothing. Each thread keeps its own connection."""

    def __init__(self, server, contract=None, token=None, name=''):
        self.server, self.contract, self.token, self.name = server, contract, token, name
        self.cookie, self.csrf = None, None
        self.local = threading.local()

    def _connection(self):
        connection = getattr(self.local, 'connection', None)
        if connection is None or self.local.port != self.server.port:
            connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=CALL_SECONDS_MAX)
            self.local.connection, self.local.port = connection, self.server.port
        return connection

    def headers(self, changing=True):
        headers = {}
        if self.token:
            headers['Authorization'] = f'Bearer {self.token}'
        if self.cookie:
            headers['Cookie'] = self.cookie
            if changing and self.csrf:
                headers['X-CSRF-Token'] = self.csrf
        return headers

    def call(self, method, path, body=None, key=None, headers=None, check=True):
        """Asks again, as it is told to, while a server with an invented past still reads it."""
        end = time.monotonic() + self.server.patience
        while (reply := self._call(method, path, body, key, headers, check)).status == 503 and reply.header('retry-after') and time.monotonic() < end:
            time.sleep(0.1)
        return reply

    def _call(self, method, path, body, key, headers, check):
        sent = self.headers(method != 'GET')
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent['Content-Type'] = 'application/json'
        if key is not None:
            sent['Idempotency-Key'] = key
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value is not None}
        for attempt in (1, 2):
            connection = self._connection()
            fresh = connection.sock is None
            try:
                connection.request(method, path, data, sent)
                answer = connection.getresponse()
                reply = Reply(answer.status, answer.getheaders(), answer.read())
                break
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                connection.close()
                # An open connection may have been closed meanwhile; what was not sent on a fresh one failed.
                if fresh or attempt == 2:
                    raise
            except Exception:
                connection.close()
                raise
        if check and self.contract is not None:
            self.contract.check(method, path, reply)
        return reply

    def at(self, server):
        """The same token at another server."""
        return Caller(server, self.contract, self.token, self.name)

    def get(self, path, **query):
        query = {name.rstrip('_'): value for name, value in query.items() if value is not None}
        return self.call('GET', path + ('?' + urllib.parse.urlencode(query) if query else ''))

    def post(self, path, body=None, key=None, **more):
        return self.call('POST', path, body, key, **more)

    def put(self, path, body=None, **more):
        return self.call('PUT', path, body, **more)

    def patch(self, path, body=None, **more):
        return self.call('PATCH', path, body, **more)

    def delete(self, path, **more):
        return self.call('DELETE', path, **more)

    def entered(self, reply):
        """Keeps the session that a reply opened."""
        for text in reply.all('set-cookie'):
            cookie = http.cookies.SimpleCookie(text)
            for name, morsel in cookie.items():
                if morsel.value:
                    self.cookie = f'{name}={morsel.value}'
        self.csrf = reply.header('x-csrf-token') or self.csrf
        return reply

    def sign_in(self, person, password):
        return self.entered(self.call('POST', '/v1/signin', {'person': person, 'password': password}))

    def accept(self, secret, password, **more):
        return self.entered(self.call('POST', f'/v1/invitations/{urllib.parse.quote(secret, safe="")}', {'password': password, **more}))

    def listen(self, last=None):
        return Events(self, last)

    def close(self):
        connection = getattr(self.local, 'connection', None)
        if connection is not None:
            connection.close()
            self.local.connection = None


class Events:
    """A stream of GET /v1/events, read by a thread of its own."""

    def __init__(self, caller, last=None):
        self.items = queue.Queue()
        self.seen = []
        self.last = last
        self.connection = http.client.HTTPConnection('127.0.0.1', caller.server.port, timeout=CALL_SECONDS_MAX)
        headers = caller.headers(False) | {'Accept': 'text/event-stream'}
        if last is not None:
            headers['Last-Event-ID'] = str(last)
        self.connection.request('GET', '/v1/events', headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.contract = caller.contract
        if self.contract is not None:
            raw = b'' if self.status == 200 else self.answer.read()
            self.contract.check('GET', '/v1/events', Reply(self.status, self.answer.getheaders(), raw))
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        event = {}
        try:
            while True:
                line = self.answer.readline()
                if not line:
                    break
                line = line.decode().rstrip('\r\n')
                if line.startswith(':'):
                    continue
                if line:
                    name, _, value = line.partition(':')
                    event[name] = value.removeprefix(' ')
                elif 'data' in event:
                    self._take(event)
                    event = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.items.put(None)

    def _take(self, event):
        event['json'] = json.loads(event['data'])
        event['body'] = event['json']['body']
        event['time'] = time.monotonic()
        self.last = int(event['id'])
        if self.contract is not None:
            faults = self.contract.schemas.faults({'$ref': '#/components/schemas/Entry'}, event['json'])
            with self.contract.lock:
                self.contract.faults += [f'GET /v1/events {event["event"]}: {fault}' for fault in faults]
        self.items.put(event)

    def next(self, kind=None, seconds=5, test=None):
        """The next event (of that kind); None when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            try:
                event = self.items.get(timeout=max(0.001, end - time.monotonic()))
            except queue.Empty:
                return None
            if event is None:
                return None
            self.seen.append(event)
            if (kind is None or event['event'] == kind) and (test is None or test(event)):
                return event

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()


def new(prefix):
    """A name that nobody used."""
    return f'{prefix}-{uuid.uuid4().hex[:10]}'


def raw_exchange(port, data, seconds=5, most=1 << 23):
    """Sends bytes as they are and gives what comes back until the other side closes or is silent. Reads while it sends, for an
    answer may come before all was sent."""
    got, sent = b'', 0
    end = time.monotonic() + seconds
    with socket.create_connection(('127.0.0.1', port), timeout=seconds) as link:
        link.setblocking(False)
        while len(got) < most and time.monotonic() < end:
            readable, writable, _ = select.select([link], [link] if sent < len(data) else [], [], max(0, min(0.7, end - time.monotonic())))
            if not readable and not writable:
                break
            try:
                if readable:
                    part = link.recv(65536)
                    if not part:
                        break
                    got += part
                if writable:
                    sent += link.send(data[sent:sent + 65536])
            except BlockingIOError:
                continue
            except OSError:
                break
    return got
