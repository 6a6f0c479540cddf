"""Three PostgreSQL nodes under Patroni and etcd on loopback, in a temporary folder, from the files of examples/ha: addresses, paths and
TLS are exchanged, all else is as it ships. As root the nodes run as the user postgres, which PostgreSQL asks for.
"""
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HA = ROOT / 'examples' / 'ha'
START_SECONDS_MAX = 180
PASSWORDS = {'CHANGE-ME-1': 'super-secret', 'CHANGE-ME-2': 'copy-secret', 'CHANGE-ME-3': 'rewind-secret'}
LEEWAY_PASSWORDS = {'leeway_owner': 'owner-secret', 'leeway': 'server-secret'}


def missing():
    """What is not installed, in words; None when all is there."""
    for program in ('patroni', 'etcd', 'haproxy'):
        if not shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin'):
            return f'{program} is not installed (packages patroni, etcd-server, haproxy, postgresql)'
    return None if bins() else 'postgresql is not installed'


def bins():
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(('127.0.0.1', 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def children(pid):
    """That process and all below it."""
    below = {}
    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            below.setdefault(int(path.read_text().rsplit(')', 1)[1].split()[1]), []).append(int(path.parts[2]))
    found, rest = [], [pid]
    while rest:
        found.append(rest.pop())
        rest += below.get(found[-1], [])
    return found


def kill(pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Node:
    """A machine of the cluster: Patroni and its PostgreSQL."""

    def __init__(self, cluster, number):
        self.cluster, self.name = cluster, f'node{number}'
        self.folder = cluster.folder / self.name
        self.port, self.rest = free_ports(2)
        self.process = None
        self.folder.mkdir()
        (self.folder / 'patroni.yml').write_text(self._config())
        (self.folder / 'patroni.yml').chmod(0o600)
        cluster.give(self.folder)
        cluster.give(self.folder / 'patroni.yml')

    def _config(self):
        text = (HA / 'patroni.yml').read_text()
        for old, new in PASSWORDS.items():
            text = text.replace(old, new)
        text = text.replace('10.0.0.11:2379,10.0.0.12:2379,10.0.0.13:2379', f'127.0.0.1:{self.cluster.etcd_port}')
        text = text.replace('10.0.0.11:8008', f'127.0.0.1:{self.rest}').replace('10.0.0.11:5432', f'127.0.0.1:{self.port}')
        text = text.replace('10.0.0.0/24', '127.0.0.1/32').replace('hostssl', 'host   ').replace('name: node1', f'name: {self.name}')
        text = text.replace('/var/lib/postgresql/15/leeway', str(self.folder / 'data')).replace('/usr/lib/postgresql/15/bin', str(bins()))
        text = text.replace('/var/lib/postgresql/.pgpass-patroni', str(self.folder / 'pgpass'))
        text = text.replace('/var/run/postgresql', str(self.folder)).replace('mode: automatic', "mode: 'off'")
        return re.sub(r"\n    ssl[^\n]*", '', text)

    def start(self):
        log = open(self.folder / 'log', 'ab')
        self.process = subprocess.Popen([*self.cluster.as_user, 'patroni', str(self.folder / 'patroni.yml')], cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        return self

    def postmaster(self):
        try:
            return int((self.folder / 'data' / 'postmaster.pid').read_text().split('\n', 1)[0])
        except (OSError, ValueError):
            return None

    def kill_database(self):
        """PostgreSQL alone; Patroni stays."""
        pid = self.postmaster()
        kill(children(pid) if pid else [])

    def kill(self):
        """As if the machine had lost its power."""
        pid = self.postmaster()
        kill([*children(self.process.pid), *(children(pid) if pid else [])])
        self.process.wait()

    def state(self):
        """What Patroni says of the node: a dictionary, or {} when it does not answer."""
        connection = http.client.HTTPConnection('127.0.0.1', self.rest, timeout=3)
        try:
            connection.request('GET', '/patroni')
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.as_user = []
        self.user = None
        if os.getuid() == 0:
            self.user = pwd.getpwnam('postgres')
            self.as_user = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', 'env', f'HOME={self.folder}']
            self.folder.chmod(0o755)
        self.etcd_port, self.etcd_peer = free_ports(2)
        self.etcd = None
        self.nodes = [Node(self, number) for number in (1, 2, 3)]

    def give(self, path):
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        own, peer = f'http://127.0.0.1:{self.etcd_port}', f'http://127.0.0.1:{self.etcd_peer}'
        log = open(self.folder / 'etcd.log', 'ab')
        self.etcd = subprocess.Popen(['etcd', '--name', 'node1', '--data-dir', str(self.folder / 'etcd'), '--listen-client-urls', own,
                                      '--advertise-client-urls', own, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer,
                                      '--initial-cluster', f'node1={peer}', '--heartbeat-interval', '500', '--election-timeout', '5000'],
                                     stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.nodes[0].start()
        self.wait(lambda: self.primary() is not None, 'a primary')
        for node in self.nodes[1:]:
            node.start()
        self.wait(self.is_whole, 'two standbys, one of them synchronous')
        return self

    def wait(self, done, what, seconds=START_SECONDS_MAX):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                logs = '\n'.join((node.folder / 'log').read_text()[-1500:] for node in self.nodes if (node.folder / 'log').exists())
                raise RuntimeError(f'no {what} after {seconds} s:\n{logs}')
            time.sleep(0.3)

    def primary(self):
        return next((node for node in self.nodes if (state := node.state()).get('role') in ('master', 'primary')
                     and state.get('state') == 'running'), None)

    def is_whole(self):
        primary = self.primary()
        if primary is None:
            return False
        copies = primary.state().get('replication', [])
        return len([one for one in copies if one['state'] == 'streaming']) == 2 and any('sync' == one['sync_state'] for one in copies)

    def url(self, user, database='leeway'):
        """All three in one URL; the password is in the file of passwords()."""
        return f'postgres://{user}@{self.hosts()}/{database}?target_session_attrs=read-write'

    def hosts(self):
        return ','.join(f'127.0.0.1:{node.port}' for node in self.nodes)

    def passwords(self, path):
        lines = [f'*:*:*:{user}:{password}' for user, password in (LEEWAY_PASSWORDS | {'postgres': PASSWORDS['CHANGE-ME-1']}).items()]
        path.write_text('\n'.join(lines) + '\n')
        path.chmod(0o600)

    def sql(self, *words, user='postgres', database='postgres'):
        subprocess.run(['psql', '-q', '-v', 'ON_ERROR_STOP=1', self.url(user, database), *words], check=True, stdin=subprocess.DEVNULL)

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process is not None:
                node.kill()
        if self.etcd is not None:
            kill([self.etcd.pid])
            self.etcd.wait()
