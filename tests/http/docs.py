"""Runs the commands of docs/reference/api.md and holds their answers against what the page shows: each member that it shows must be
there and the same; "..." stands for anything; what is not shown may be there.
"""
import json
import os
import pathlib
import re
import subprocess

from server import Caller, Server
from world import PASSWORD, gives

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / 'docs' / 'reference' / 'api.md'
PEOPLE = '''id,name,team,tier,kind,holds,manager
ana,Ana Silva,care,frontline,human,billing-101,lee
cho,Cho Min-ji,care,senior,human,billing-101,lee
lee,Lee Walker,care,lead,human,billing-101,mia
mia,Mia Novak,care,manager,human,billing-101,
'''


def unlike(shown, found, at=''):
    """What the page shows and the answer has not; None: nothing."""
    if shown == '...':
        return None
    if isinstance(shown, dict) and isinstance(found, dict):
        for name, value in shown.items():
            if name not in found:
                return f'{at}.{name} is missing'
            fault = unlike(value, found[name], f'{at}.{name}')
            if fault:
                return fault
        return None
    if isinstance(shown, list) and isinstance(found, list):
        if len(found) < len(shown):
            return f'{at} has {len(found)} items'
        return next((fault for index, value in enumerate(shown) if (fault := unlike(value, found[index], f'{at}[{index}]'))), None)
    return None if shown == found else f'{at} is {json.dumps(found)[:200]}'


def run(program):
    """(name, None or what is wrong) for every command of the page."""
    blocks = re.findall(r'^```sh\n(curl.*?)^```\n(?:\n```json\n(.*?)^```)?', PAGE.read_text(), re.M | re.S)
    with Server(program) as server:
        server.start()
        root = Caller(server)
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com'), 200, 201)
        gives(root.post('/v1/policy/publish', {'source': (ROOT / 'examples' / 'aurora' / 'policy.yaml').read_text()}), 201)
        gives(root.call('POST', '/v1/people/import', PEOPLE.encode(), headers={'Content-Type': 'text/csv'}), 200)
        admin = gives(root.post('/v1/tokens', {'scopes': ['admin']}), 201)['token']
        token = gives(root.post('/v1/tokens', {'scopes': ['decide', 'facts', 'read']}), 201)['token']
        names = os.environ | {'LEEWAY': server.address, 'ADMIN': admin, 'TOKEN': token, 'ID': ''}
        for command, shown in blocks:
            done = subprocess.run(['sh', '-c', command], env=names, capture_output=True, text=True, timeout=20)
            name = 'api.md: ' + command.splitlines()[0][:70]
            try:
                text, _, status = done.stdout.rstrip().rpartition('\n') if '%{http_code}' in command else (done.stdout, '', '200')
                found = json.loads(text)
                fault = unlike(json.loads(shown), found) if shown else None
                if status != '200':
                    fault = f'status {status}'
                names['ID'] = found.get('id', names['ID'])
            except ValueError as broken:
                fault, text = str(broken), done.stdout + done.stderr
            yield name, fault and f'{fault}: {text[:500]}'
