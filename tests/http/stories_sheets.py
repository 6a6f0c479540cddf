"""Figures of Track as CSV: the same rows and figures as the JSON, for the same people, and nothing that a spreadsheet would run."""
import csv
import io

from server import new
from world import gives, holds, same, story

PATHS = ('/v1/track', '/v1/track/charts', '/v1/causes', '/v1/track/brought')


def parsed(reply):
    same(reply.header('content-type'), 'text/csv; charset=utf-8', 'the content type')
    holds(reply.header('content-disposition').startswith('attachment; filename="leeway-'), 'a name for the file')
    holds(reply.text.endswith('\r\n') and '\n' not in reply.text.replace('\r\n', ''), 'lines end in CRLF')
    rows = list(csv.reader(io.StringIO(reply.text, newline='')))
    holds(all(len(row) == len(rows[0]) for row in rows), 'as many cells in each row')
    same(len(set(rows[0])), len(rows[0]), 'a name for each column')
    return [{name: cell for name, cell in zip(rows[0], row, strict=True) if cell != ''} for row in rows[1:]]


def flat(value, at=''):
    """The figures of one map by column: its maps with _ between, its lists of texts as words; lists of maps are rows of their own."""
    for name, one in value.items():
        path = f'{at}_{name}' if at else name
        if isinstance(one, dict):
            yield from flat(one, path)
        elif isinstance(one, list):
            if one and isinstance(one[0], str):
                yield path, ' '.join(one)
        elif one not in ('', None):
            yield path, ('true' if one else 'false') if isinstance(one, bool) else one if isinstance(one, str) else repr(one)


def alike(found, expected, what):
    """Numbers of JSON have lost their digits in Python; texts have not."""
    same([sorted(row) for row in found], [sorted(row) for row in expected], f'{what}: which figures')
    for row, wanted in zip(found, expected, strict=True):
        for name, text in wanted.items():
            holds(row[name] == text or float(row[name]) == float(text), f'{what}: {name}: {row[name]!r}, not {text!r}')


def tables(answer, path):
    """What the sheet of an answer has, table by table."""
    if path == '/v1/track':
        top = {name: one for name, one in answer.items() if not isinstance(one, dict)}
        yield 'track', [dict(flat(top))]
        yield 'whole', [dict(flat(answer['whole']))]
        for name in ('agents', 'causes', 'by_day'):
            yield name, [dict(flat(one)) for one in answer[name]]
        chart = answer.get('chart', {'phases': [], 'outside': []})
        for name in ('phases', 'outside'):
            yield f'chart_{name}', [dict(flat(one)) for one in chart[name]]
        for name, funnel in answer['funnels'].items():
            yield f'funnel_{name}', [dict(flat(funnel))]
        for name, funnel in answer['funnels'].items():
            yield f'curve_{name}', [dict(flat(one)) for one in funnel['curve']]
    elif path == '/v1/track/charts':
        yield 'chart', [dict(flat(answer))]
        for name in ('phases', 'points', 'open'):
            yield name, [dict(flat(one)) for one in answer[name]]
    elif path == '/v1/causes':
        yield None, [dict(flat(one)) for one in answer['items']]
    else:
        yield 'brought', [dict(flat({name: one for name, one in answer.items() if name != 'staying'}))]
        yield 'figures', [dict(flat(one)) for one in answer['figures']]
        staying = {name: one for name, one in answer['staying'].items() if name != 'whole'}
        yield 'staying', [dict(flat(staying))]
        for name, groups in (('whole', [answer['staying']['whole']]), ('tiers', answer['staying']['tiers'])):
            rows = []
            for group in groups:
                row = dict(flat(group))
                for after in group['after']:
                    word = f'{after["years"]}_year' + ('' if after['years'] == 1 else 's')
                    row |= {f'stay_{word}_{part}': after[part] for part in ('share', 'low', 'high') if part in after}
                rows.append(row)
            yield f'staying_{name}', rows


def check(caller, path, **query):
    answer = gives(caller.get(path, **query), 200).json
    rows = parsed(gives(caller.get(path, **query, format='csv'), 200))
    for name, expected in tables(answer, path):
        found = [{key: one for key, one in row.items() if key != 'table'} for row in rows if row.get('table') == name]
        if path == '/v1/track/brought' and name == 'brought':  # a moment is a moment later
            for row in (found[0], expected[0]):
                row['since'] = row['until'] = 'now'
        alike(found, expected, f'{path} {name}')
    if path != '/v1/causes':
        same({row['table'] for row in rows}, {name for name, expected in tables(answer, path) if expected}, 'tables')
    return rows


@story('every figure of track is in its sheet as CSV, digit for digit, for whom the JSON is', alone=True)
def sheets(w):
    agent = w.agent()
    w.ask(agent, amount='12.50', reason='outage')
    w.ask(agent, amount='3.00')
    for path in PATHS:
        for caller in (w.lee, w.root):
            check(caller, path)
    for path in PATHS[:2]:
        check(agent, path, agent=agent.id)
    for of in ('each', 'given', 'waiting'):
        check(w.root, '/v1/track/charts', of=of, by='week')
    sheet = check(w.lee, '/v1/track')
    mine = next(row for row in sheet if row['table'] == 'agents' and row['id'] == agent.id)
    same((mine['decisions'], mine['amount'], mine['given_share']), ('2', '15.50', '1.0000'), 'decimals as in JSON')
    # The command has them from the store; it is nobody's, so that `may` is empty.
    for words, path in ((['charts', '--by', 'week'], '/v1/track/charts?by=week'), (['charts', '--of', 'each'], '/v1/track/charts?of=each'), (['causes'], '/v1/causes')):
        told = w.server.run('track', *words, '--csv', '--quiet').stdout
        given = gives(w.root.call('GET', path, headers={'Accept': 'text/csv'}), 200).text
        same(told.splitlines(), given.replace(',change,', ',,').splitlines(), f'{words} beside {path}')


@story('CSV is asked for by format or else by Accept; format goes first')
def asked_for(w):
    for path in PATHS:
        for accept, kind in (('text/csv', 'text/csv'), ('text/csv;q=0.4, application/json;q=0.9', 'application/json'), ('*/*', 'application/json'),
                             ('text/html, text/csv;q=0.8, */*;q=0.1', 'text/csv'), (None, 'application/json')):
            reply = gives(w.lee.call('GET', path, headers={'Accept': accept}), 200)
            same((reply.header('content-type').split(';')[0], reply.header('vary')), (kind, 'Accept'), f'{path} for {accept}')
        reply = gives(w.lee.call('GET', f'{path}?format=json', headers={'Accept': 'text/csv'}), 200)
        same(reply.header('content-type'), 'application/json', 'format goes first')
        for wrong in ('xlsx', '', 'CSV'):
            gives(w.lee.get(path, format=wrong), 400)


@story('a sheet is for whom its figures are, also under a works council', alone=True)
def who_sees_sheets(w):
    agent, other = w.agent(), w.agent()
    for one in (agent, other, *(w.agent() for _ in range(3))):
        w.ask(one, amount='4.00')
    for path in PATHS:
        gives(agent.get(path, format='csv'), 403)
        same(gives(agent.call('GET', path, headers={'Accept': 'text/csv'}), 403).header('content-type'), 'application/problem+json', 'a problem stays one')
        gives(w.lee.at(w.server).get(path, format='csv'), 401)
    for path in PATHS[:2]:
        gives(agent.get(path, agent=other.id, format='csv'), 403)
        gives(agent.get(path, agent=agent.id, format='csv'), 200)
    same([row for row in check(w.lee, '/v1/track', team='sales') if row['table'] == 'agents'], [], 'a team that is not theirs')
    gives(w.root.patch('/v1/settings', {'works_council': True}), 200)
    try:
        for path in PATHS:
            check(w.root, path)
            check(w.lee, path)
        same([row for row in check(w.root, '/v1/track') if row['table'] == 'agents'], [], 'the whole without the people')
        for path in PATHS[:2]:
            gives(w.root.get(path, agent=agent.id, format='csv'), 403)
            gives(w.lee.get(path, agent=agent.id, format='csv'), 200)
        gives(w.root.get('/v1/track/charts', cause='never-said', format='csv'), 403)
    finally:
        gives(w.root.patch('/v1/settings', {'works_council': False}), 200)


@story('what people typed is no formula in a spreadsheet', alone=True)
def formulas(w):
    agent = w.agent()
    w.ask(agent, amount='6.00', reason='outage')
    for text, cell in (('=1+1', '\'=1+1'), ('+49 30 "x"', '\'+49 30 "x"'), ('-2 of 3, so', '\'-2 of 3, so'), ('@all', '\'@all'), ('-12.50', '-12.50'), ('two\nlines', 'two\nlines')):
        gives(w.qua.put('/v1/causes/outage', {'fix': {'text': text, 'from': '2026-03-02'}}), 200)
        reply = gives(w.qua.get('/v1/causes', format='csv'), 200)
        rows = list(csv.DictReader(io.StringIO(reply.text, newline='')))
        same(next(row for row in rows if row['cause'] == 'outage')['fix_text'], cell, f'the cell of {text!r}')
    gives(w.qua.put('/v1/causes/outage', {}), 200)
    person = new('plus')
    gives(w.root.post('/v1/people', {'id': person, 'name': '=HYPERLINK("x")', 'team': 'care', 'tier': 'frontline'}), 201)
    gives(w.qua.put('/v1/causes/outage', {'owner': person}), 200)
    rows = list(csv.DictReader(io.StringIO(gives(w.qua.get('/v1/causes', format='csv'), 200).text, newline='')))
    same(next(row for row in rows if row['cause'] == 'outage')['owner_name'], '\'=HYPERLINK("x")', 'a name')
    gives(w.qua.put('/v1/causes/outage', {}), 200)


@story('reviews, how far reviewers agree, questions and talks come as CSV: a row each, for whom the JSON is')
def desk_sheets(w):
    decision = gives(w.system.post('/v1/decisions', {'agent': 'ana', 'action': 'voucher', 'amount': '0.20', 'customer': new('c'), 'note': 'A note.'}), 201)
    review = gives(w.lee.post('/v1/reviews', {'decision': decision['id'], 'reason': '=1+1, to learn from'}), 201)
    answer = {'amount': 'right', 'cause': 'right', 'kept': 'yes', 'understood': 'yes', 'note': 'Well done, Ana.'}
    gives(w.lee.post(f'/v1/reviews/{review["id"]}/send', answer), 200)
    gives(w.lee.post('/v1/coaching', {'person': 'ana', 'note': 'A word.', 'steps': [{'text': 'Use your own room first.'}]}), 201)
    for path, caller, query in (('/v1/reviews', w.lee, {'agent': 'ana'}), ('/v1/reviews', w.ana, {}), ('/v1/questions', w.lee, {}), ('/v1/coaching', w.lee, {'person': 'ana'})):
        items = gives(caller.get(path, limit=50, **query), 200)['items']
        rows = parsed(gives(caller.get(path, limit=50, format='csv', **query), 200))
        same([row['id'] for row in rows], [one['id'] for one in items], f'{path} for {caller.name}')
        for row, one in zip(rows, items, strict=True):
            for name in row.keys() & one.keys():
                if not isinstance(one[name], (dict, list)) and name != 'pick_reason':
                    same(row[name], dict(flat({name: one[name]}))[name], f'{path}: {name}')
    mine = next(row for row in parsed(gives(w.lee.get('/v1/reviews', agent='ana', limit=50, format='csv'), 200)) if row['id'] == review['id'])
    same((mine['pick_reason'], mine['answer_1_reviewer'], mine['answer_1_note'], mine['answer_1_amount']), ("'=1+1, to learn from", 'lee', 'Well done, Ana.', 'right'), 'no formula; the answer')
    talk = parsed(gives(w.lee.get('/v1/coaching', person='ana', format='csv'), 200))[0]
    same((talk['note'], talk['step_1']), ('A word.', 'Use your own room first.'), 'a talk')
    agreement = parsed(gives(w.qua.get('/v1/reviews/agreement', format='csv'), 200))
    same(agreement[0]['table'], 'all', 'all reviews, then those of each two')
    for path in ('/v1/reviews', '/v1/reviews/agreement', '/v1/questions', '/v1/coaching'):
        gives(w.lee.get(path, format='xlsx'), 400)
    gives(w.ben.get('/v1/coaching', person='ana', format='csv'), 403)
    gives(w.ana.get('/v1/reviews/agreement', format='csv'), 403)
