"""Runs the commands of docs/reference/api.md and docs/tutorial/first-integration.md that call a server, and holds their answers
against what the page shows. Of JSON each member that is shown must be there and the same, and more may be there; "..." stands for
anything. `$ID` is the `id` of the answer before.
"""
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import tempfile

from server import Caller, Server
from world import PASSWORD, gives

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = ('docs/reference/api.md', 'docs/tutorial/first-integration.md')
PEOPLE = '''id,name,team,tier,kind,holds,manager
ana,Ana Silva,care,frontline,human,billing-101,lee
cho,Cho Min-ji,care,senior,human,billing-101,lee
lee,Lee Walker,care,lead,human,billing-101,mia
mia,Mia Novak,care,manager,human,billing-101,
'''
BLOCK = re.compile(r'^```sh\n((?:curl|python3) .*?)^```\n(?:\n```(json|text)\n(.*?)^```)?', re.M | re.S)
FILE = re.compile(r'^```\w+\n# file: (\S+)\n(.*?)^```', re.M | re.S)


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


def one(command, kind, shown, names, folder):
    """Runs a command; gives what is wrong, or None."""
    done = subprocess.run(['sh', '-c', command], env=names, cwd=folder, capture_output=True, text=True, timeout=20)
    if kind == 'text':
        pattern = shown.strip().replace('[', '[[]').replace('...', '*')
        return None if fnmatch.fnmatchcase(done.stdout.strip(), pattern) else f'{done.stdout}{done.stderr}'
    text, _, status = done.stdout.rstrip().rpartition('\n') if '%{http_code}' in command else (done.stdout, '', '200')
    try:
        found = json.loads(text)
    except ValueError as broken:
        return f'{broken}: {done.stdout}{done.stderr}'
    names['ID'] = found.get('id', names['ID'])
    fault = unlike(json.loads(shown), found) if shown else None
    if status != '200':
        fault = f'status {status}'
    return fault and f'{fault}: {text[:500]}'


def run_page(program, page):
    text = (ROOT / page).read_text()
    with Server(program) as server, tempfile.TemporaryDirectory(prefix='leeway-docs-') as folder:
        for name, body in FILE.findall(text):
            (pathlib.Path(folder) / name).write_text(body)
        server.start()
        root = Caller(server)
        gives(root.accept(server.invitation(), PASSWORD, id='root', name='Root', email='root@example.com'), 200, 201)
        gives(root.post('/v1/policy/publish', {'source': (ROOT / 'examples' / 'aurora' / 'policy.yaml').read_text()}), 201)
        gives(root.call('POST', '/v1/people/import', PEOPLE.encode(), headers={'Content-Type': 'text/csv'}), 200)
        admin = gives(root.post('/v1/tokens', {'scopes': ['admin']}), 201)['token']
        token = gives(root.post('/v1/tokens', {'scopes': ['decide', 'facts', 'read']}), 201)['token']
        names = os.environ | {'LEEWAY': server.address, 'ADMIN': admin, 'TOKEN': token, 'ID': '', 'no_proxy': '*'}
        for command, kind, shown in BLOCK.findall(text):
            yield f'{page}: {command.splitlines()[0][:80]}', one(command, kind, shown, names, folder)


def run(program):
    """(name, None or what is wrong) for every command of the pages."""
    for page in PAGES:
        yield from run_page(program, page)
