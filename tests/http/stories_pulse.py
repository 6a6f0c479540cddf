"""Pulse surveys: opened, answered once each, closed, shown for five and more; and that nobody can find out who said what."""
import contextlib
import csv
import datetime
import io
import json
import pathlib

import world
from server import POSTGRES, Server, new
from stories_suggest import lead_of
from world import Failed, eventually, gives, holds, same, story

QUESTIONS = ('make-right', 'answer-in-time', 'heard', 'plan', 'again')


def values(*numbers):
    return dict(zip(QUESTIONS, numbers))


class Tree:
    """A team with `right` people right in it, and a team below it for each of `below`; each has a lead."""

    def __init__(self, w, right, below):
        self.w, self.id = w, new('team')
        gives(w.root.post('/v1/teams', {'id': self.id, 'name': f'Team {self.id}'}), 201)
        self.lead, self.people = self.fill(self.id, right - 1)
        self.below = []
        for count in below:
            team = new('team')
            gives(w.root.post('/v1/teams', {'id': team, 'name': f'Team {team}', 'parent': self.id}), 201)
            self.below.append((team, *self.fill(team, count - 1)))

    def fill(self, team, count):
        lead = lead_of(self.w, team)
        gives(self.w.root.patch(f'/v1/people/{lead.name}', {'roles': ['lead']}), 200)
        lead = self.w.invited(lead.name)
        return lead, [lead] + [self.w.invited(self.w.agent(team=team, manager=lead.name).id) for _ in range(count)]

    def everybody(self):
        return self.people + [one for _, _, people in self.below for one in people]


def opened(caller, **more):
    return gives(caller.post('/v1/pulse', more), 201)['id']


def answer(caller, round_id, numbers=(4, 2, 5, 1, 3), status=201, key=None, **more):
    body = {'answers': values(*numbers), **more}
    return gives(caller.call('POST', f'/v1/me/pulse/{round_id}', body, key), status)


def moment(**ahead):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**ahead)).isoformat().replace('+00:00', 'Z')


@story('a pulse is opened by whoever leads the team, answered once by each, and shown when it is closed: groups of five and more')
def a_round(w):
    tree = Tree(w, 5, (6, 2))
    (large, large_lead, _), (small, small_lead, _) = tree.below
    builtin = gives(w.ana.get('/v1/pulse/questions'), 200)
    same([one['id'] for one in builtin['questions']], list(QUESTIONS), 'built in')
    for caller in (w.ana, tree.people[1], large_lead, w.lee, w.peo, w.aud, w.read):
        gives(caller.post('/v1/pulse', {'team': tree.id}), 403)
    for caller in (w.nobody,):
        gives(caller.post('/v1/pulse', {'team': tree.id}), 401)
    for body, status in (({'team': small}, 422), ({'team': 'nowhere'}, 422), ({'team': tree.id, 'repeat': 'week'}, 422),
                         ({'team': tree.id, 'questions': builtin['questions'][:1]}, 422), ({'team': tree.id, 'ends_at': '2020-01-01T00:00:00Z'}, 422),
                         ({'team': tree.id, 'starts_at': moment(days=1), 'ends_at': moment(days=99)}, 422), ({'team': tree.id, 'teams': 1}, 422),
                         ({'team': tree.id, 'ends_at': 'soon'}, 422), ({'team': tree.id, 'title': 'x' * 201}, 422)):
        gives(w.qua.post('/v1/pulse', body), status)
    one = opened(tree.lead, team=tree.id, title='How it is going', words=builtin['words'])
    gives(w.qua.post('/v1/pulse', {'team': large}), 409)
    # Asked are people of that team and below, and each is told of it and may put it off.
    mine = gives(tree.people[1].get('/v1/me/pulse'), 200)['items']
    same([(item['id'], item['answered'], len(item['questions'])) for item in mine], [(one, False, 5)], 'the card')
    gives(tree.people[1].put(f'/v1/me/pulse/{one}/later'), 200)
    holds('later_until' in gives(tree.people[1].get('/v1/me/pulse'), 200)['items'][0], 'it was put off')
    same(gives(w.ana.get('/v1/me/pulse'), 200)['items'], [], 'somebody of another team')
    for caller, status in ((w.ana, 404), (w.lee, 404), (w.read, 403), (w.ai, 403), (w.nobody, 401)):
        answer(caller, one, status=status)
        gives(caller.put(f'/v1/me/pulse/{one}/later'), status)
    asks = tree.everybody()
    for number, caller in enumerate(asks):
        answer(caller, one, (number % 5 + 1, 2, 5, 1, 3), words='The return form.' if number == 12 else '')
    for body in ({'answers': {}}, {'answers': values(1, 2, 3, 4, 6)}, {}, {'answers': values(1, 2, 3, 4, 5), 'word': 'x'},
                 {'answers': values(1, 2, 3, 4, 5), 'words': 'x' * 2001}):
        gives(w.invited(w.agent(team=tree.id).id).post(f'/v1/me/pulse/{one}', body), 422)
    # Sent again, with or without a key, it says that they have answered, and nothing more is counted.
    key = new('key')
    same(answer(asks[0], one, status=200, key=key).json, {'round': one, 'answered': True}, 'again')
    same(answer(asks[0], one, (1, 1, 1, 1, 1), status=200, key=key).json, {'round': one, 'answered': True}, 'another under that key')
    same(gives(asks[0].get('/v1/me/pulse'), 200)['items'][0]['answered'], True, 'they have')
    # While it runs there is a number, and no more, for whoever opened it, too.
    running = gives(tree.lead.get(f'/v1/pulse/{one}'), 200)
    same((running['state'], running['answered'], running['results']), ('running', len(asks), None), 'running')
    for caller, status in ((asks[1], 403), (small_lead, 403), (w.ana, 404), (w.lee, 404), (w.aud, 403), (w.read, 403)):
        gives(caller.post(f'/v1/pulse/{one}/close'), status)
    closed = gives(tree.lead.post(f'/v1/pulse/{one}/close', {}), 200)
    same(closed['state'], 'closed', 'closed')
    gives(tree.lead.post(f'/v1/pulse/{one}/close', {'last': True}), 409)
    answer(asks[0], one, status=409)
    gives(asks[0].put(f'/v1/me/pulse/{one}/later'), 409)
    # The small team is not shown, nor can it be had by taking one group from another: the large one goes, too, for in the whole
    # less the large one and those right in it only the small one would be left. Here those right in it are five: both stay apart.
    for caller in (tree.lead, w.qua, w.root, w.aud):
        results = gives(caller.get(f'/v1/pulse/{one}'), 200)['results']
        same([(group['team'], group['whole'], group['answers']) for group in results['groups']],
             [(tree.id, True, 13), (large, False, 6)], f'{caller.name}: groups')
        same((results['answered'], results['hidden'], results['groups'][0]['words']), (13, 1, ['The return form.']), f'{caller.name}: texts')
    whole = results['groups'][0]['questions'][0]
    same((whole['id'], sum(whole['counts']), whole['counts'][0]), ('make-right', 13, 3), 'counts')
    mean = sum((number % 5 + 1) for number in range(13)) / 13
    holds(abs(whole['mean']['value'] - mean) < 0.006 and 1 <= whole['mean']['low'] < mean < whole['mean']['high'] <= 5, f'{whole}')
    same([group['team'] for group in gives(large_lead.get(f'/v1/pulse/{one}'), 200)['results']['groups']], [tree.id, large], 'a lead below')
    for caller in (small_lead, asks[1]):
        seen = gives(caller.get(f'/v1/pulse/{one}'), 200)['results']['groups']
        same(([group['team'] for group in seen], 'words' in seen[0]), ([tree.id], False), f'{caller.name}: the whole, without texts')
    for caller in (w.ana, w.lee):
        gives(caller.get(f'/v1/pulse/{one}'), 404)
        holds(one not in [item['id'] for item in gives(caller.get('/v1/pulse'), 200)['items']], 'listed for somebody who was not asked')
    gives(w.read.get('/v1/pulse'), 403)
    gives(w.nobody.get('/v1/pulse/questions'), 401)
    holds(one in [item['id'] for item in gives(tree.people[1].get('/v1/pulse'), 200)['items']], 'not listed for somebody who was asked')
    sheet = gives(w.qua.get(f'/v1/pulse/{one}', format='csv'), 200)
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    same([(row['team'], row['answers'], row['question_1'], row['question_1_1']) for row in rows],
         [(tree.id, '13', 'make-right', '3'), (large, '6', 'make-right', rows[1]['question_1_1'])], 'as a sheet')


@story('a repeated pulse closes at its end, opens the next, and is compared with the one before; the last opens none')
def repeated(w):
    tree = Tree(w, 6, ())
    first = opened(tree.lead, team=tree.id, repeat='month', ends_at=moment(seconds=4))
    for caller in tree.people:
        answer(caller, first, (2, 2, 2, 2, 2))
    eventually(lambda: gives(tree.lead.get(f'/v1/pulse/{first}'), 200)['results'], 15, 'it closes at its end')
    following = gives(tree.lead.get(f'/v1/pulse/{first}'), 200)['results']['next']
    planned = gives(tree.lead.get(f'/v1/pulse/{following}'), 200)
    same((planned['state'], planned['number'], planned['series'], planned['repeat']), ('planned', 2, first, 'month'), 'the next')
    answer(tree.people[0], following, status=409)
    same(gives(tree.people[0].get('/v1/me/pulse'), 200)['items'], [], 'not yet')
    gives(tree.lead.post(f'/v1/pulse/{following}/close', {'last': True}), 200)
    nothing = gives(tree.lead.get(f'/v1/pulse/{following}'), 200)['results']
    same((nothing['answered'], nothing['groups'], nothing['before'], 'next' in nothing), (0, [], first, False), 'nobody was asked')
    # One's own questions, and the interval of a change.
    own = [{'id': name, 'text': f'{name}?', 'low': 'no', 'high': {'en': 'yes', 'de': 'ja'}} for name in ('tools', 'heard')]
    second = opened(tree.lead, team=tree.id, questions=own)
    gives(tree.people[0].post(f'/v1/me/pulse/{second}', {'answers': {'tools': 1, 'heard': 5}, 'words': 'None was asked for.'}), 422)
    gives(tree.people[0].post(f'/v1/me/pulse/{second}', {'answers': {'tools': 1, 'heard': 5}}), 201)
    gives(tree.lead.post(f'/v1/pulse/{second}/close'), 200)
    few = gives(tree.lead.get(f'/v1/pulse/{second}'), 200)['results']
    same((few['answered'], few['groups']), (1, []), 'fewer than five')


# --- who said what ---

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
TABLES_POSTGRES = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"


def rows_of(server, table):
    """Each row as one text."""
    if POSTGRES:
        return server.ask(f'SELECT t::text FROM {table} t')
    with contextlib.closing(__import__('sqlite3').connect(f'file:{server.db}?mode=ro', uri=True)) as db:
        return [' '.join(one.decode('latin-1') if isinstance(one, bytes) else str(one) for one in row) for row in db.execute(f'SELECT * FROM "{table}"')]


def everything(server):
    """All rows of all tables: (table, row)."""
    for table in server.ask(TABLES_POSTGRES if POSTGRES else TABLES):
        for row in rows_of(server, table):
            yield table, row


def pages(server):
    """Every page of the database's file, and of its log as it was written."""
    size = 4096
    for name in (str(server.db), f'{server.db}-lists'):
        path = pathlib.Path(name)
        data = path.read_bytes() if path.exists() else b''
        for at in range(0, len(data), size):
            yield f'{path.name}@{at}', data[at:at + size]
        log = pathlib.Path(f'{name}-wal')
        data = log.read_bytes() if log.exists() else b''
        for at in range(32, len(data), size + 24):
            yield f'{log.name}@{at}', data[at + 24:at + 24 + size]


def no_link(server, people, texts, where, paged=False):
    """No row, and with `paged` no page of a file, has both somebody who answered and what was answered. (Once it is closed the texts stand in
    the table of all texts, on pages with those of other people.)"""
    for table, row in everything(server):
        if any(person in row for person in people) and any(text in row for text in texts):
            raise Failed(f'{where}: table {table} links them: {row[:300]}')
    if paged and not POSTGRES:
        for place, page in pages(server):
            if any(person.encode() in page for person in people) and any(text.encode() in page for text in texts):
                raise Failed(f'{where}: page {place} has both')


@story('nothing that is kept or said links somebody to what they answered: rows, pages, journal, keys, log', alone=True)
def nobody_is_found(w):
    with Server(w.server.program, '--log', 'json') as server:
        server.start()
        c = world.World(server, w.contract)
        c.set_up()
        tree = Tree(c, 7, (6,))
        people = tree.everybody()
        one = opened(c.qua, words='What first?')
        entries = gives(c.root.get('/v1/journal'), 200).text.count('\n')
        keys = server.ask('SELECT count(*) FROM key_answer')
        ids, texts = [caller.name for caller in people], [f'words-{new("w")}-said' for _ in people]
        requests = []
        for number, caller in enumerate(people):
            for _ in range(2):  # and once more, with the same key
                reply = caller.call('POST', f'/v1/me/pulse/{one}', {'answers': values(5, 1, 5, 1, number % 5 + 1), 'words': texts[number]}, f'key-{number}')
                gives(reply, 201, 200)
                requests.append(reply.header('x-request-id'))
        holds(all(requests), 'requests have ids')
        # While it runs: who has answered stands in one table, what was answered in another, a row a team.
        no_link(server, ids, texts, 'running', paged=True)
        same({table for table, row in everything(server) if any(text in row for text in texts)}, {'pulse_tally'}, 'tables that have texts')
        same(sorted(row for row in server.ask('SELECT count(*) FROM pulse_tally')), ['2'], 'rows of sums: one a team')
        same(server.ask('SELECT count(*) FROM key_answer'), keys, 'keys of answers are kept')
        journal = gives(c.root.get('/v1/journal'), 200).text
        same(journal.count('\n'), entries, 'entries since it was opened')
        if POSTGRES:
            both = server.ask('SELECT count(*) FROM pulse_answered a JOIN pulse_tally t ON a.xmin::text = t.xmin::text')
            holds(int(both[0]) <= 2, f'transactions that link somebody to more than that they came last in their team: {both}')
        else:
            names = server.ask('SELECT person FROM pulse_answered')
            same(names, sorted(names), 'who has answered, as the table has them: by id, not by when they came')
        gives(c.qua.post(f'/v1/pulse/{one}/close'), 200)
        # Afterwards nobody has answered, and the texts are nobody's.
        no_link(server, ids, texts, 'closed')
        same({table for table, row in everything(server) if any(text in row for text in texts)}, {'text'}, 'tables that have texts')
        same(server.ask('SELECT count(*) FROM pulse_answered') + server.ask('SELECT count(*) FROM pulse_tally'), ['0', '0'], 'rows that are left')
        same(server.ask("SELECT count(*) FROM text WHERE kind = 'pulse' AND coalesce(person, '') <> ''"), ['0'], 'texts of somebody')
        added = [json.loads(line) for line in gives(c.root.get('/v1/journal'), 200).text.splitlines()[entries:]]
        kinds = [entry['kind'] for entry in added if entry['kind'] != 'checkpoint']
        same(kinds, ['pulse.closed'], 'entries since then')
        told = json.dumps(added)
        holds(not any(person in told for person in ids) and not any(text in told for text in texts), 'the entry names somebody')
        kept = [text for group in gives(c.qua.get(f'/v1/pulse/{one}'), 200)['results']['groups'] for text in group['words']]
        same(sorted(kept), sorted(texts), 'all texts are there')
        holds([text for text in kept if text in texts[:7]] != texts[:7] or [text for text in kept if text in texts[7:]] != texts[7:],
              'texts stand in the order of their coming')
        shown = server.run('pulse', 'show', one).stdout
        holds('13 of' in shown and all(text in shown for text in texts) and not any(person in shown for person in ids), f'the command line: {shown}')
        log = ''.join(server.said)
        holds(not any(text in log for text in texts), 'the log has a text')
        holds(not any(request in row for _, row in everything(server) for request in requests), 'a request\'s id is kept')
        holds('all is well' in server.run('verify').stdout, 'verify')
        # Erasing somebody who has answered takes that away, and leaves the sums.
        two = opened(c.qua)
        for caller in people:
            answer(caller, two)
        gives(c.root.post(f'/v1/people/{ids[1]}/erase'), 200)
        same(server.ask(f"SELECT count(*) FROM pulse_answered WHERE person = '{ids[1]}'"), ['0'], 'erased')
        gives(c.qua.post(f'/v1/pulse/{two}/close'), 200)
        same(gives(c.qua.get(f'/v1/pulse/{two}'), 200)['results']['answered'], len(people), 'the sums')


@story('a pulse survives a kill between any two answers: nobody has answered without being counted', alone=True)
def killed(w):
    with Server(w.server.program) as server:
        server.start()
        c = world.World(server, w.contract)
        c.set_up()
        tree = Tree(c, 8, ())
        one = opened(c.qua, team=tree.id)
        for number, caller in enumerate(tree.people):
            answer(caller, one)
            if number % 3 == 1:
                server.kill()
                server.start()
            same(server.ask('SELECT count(*) FROM pulse_answered'), server.ask('SELECT coalesce(sum(answers), 0) FROM pulse_tally'), 'both halves')
            answer(caller, one, status=200)
        gives(c.qua.post(f'/v1/pulse/{one}/close'), 200)
        same(gives(c.qua.get(f'/v1/pulse/{one}'), 200)['results']['groups'][0]['answers'], 8, 'each once')
