"""Tweak: drafts, versions, publishing; webhooks; statistics, journal, metrics."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

from server import new
from world import POLICY, eventually, gives, holds, same, story


@story('a draft is kept with what was read; a published one decides from the next request on; the old one comes back', alone=True)
def publish(w):
    agent = w.agent()
    live = gives(w.pol.get('/v1/policy'), 200)
    same(live['source'], POLICY, 'the live source')
    draft = gives(w.pol.get('/v1/policy/draft'), 200)
    tag = draft.header('etag')
    holds(tag, 'no ETag')
    tighter = POLICY.replace('up_to: 100.00', 'up_to: 30.00')
    kept = gives(w.pol.put('/v1/policy/draft', {'source': tighter}, headers={'If-Match': tag}), 200)
    same(gives(w.pol.get('/v1/policy/draft'), 200)['source'], tighter, 'the draft')
    gives(w.pol.put('/v1/policy/draft', {'source': 'x'}, headers={'If-Match': tag}), 412)
    gives(w.pol.put('/v1/policy/draft', {'source': 'x'}), 412)
    same(w.ask(agent, amount='40.00')['verdict'], 'granted', 'before publishing')
    version = gives(w.pol.post('/v1/policy/publish', {'note': 'Less at once.'}, headers={'If-Match': kept.header('etag') or None}), 201)
    same((version['live'], version['who'], version['variables']), (True, 'pol', 1), 'version')
    holds(version['version'] > live['version'], 'numbers count up')
    after = w.ask(agent, amount='40.00')
    same((after['verdict'], after['policy']), ('ask', version['version']), 'after publishing')
    same(w.left(agent, 'rep-month')['left'], '160.00', 'budgets go on over versions')
    same(gives(w.pol.post('/v1/policy/rollback', {'version': live['version'], 'note': 'Too tight.'}), 200)['version'], live['version'], 'rolled back')
    same(w.ask(agent, amount='40.00')['verdict'], 'granted', 'after rolling back')
    versions = gives(w.pol.get('/v1/policy/versions'), 200)['items']
    same([item['version'] for item in versions if item['live']], [live['version']], 'which one is live')
    same(gives(w.pol.get(f'/v1/policy/versions/{version["version"]}'), 200)['source'], tighter, 'a version\'s source')
    gives(w.pol.get('/v1/policy/versions/9999'), 404)
    gives(w.pol.post('/v1/policy/rollback', {'version': 9999}), 404)
    gives(w.pol.post('/v1/policy/rollback', {'version': live['version']}), 409)
    broken = gives(w.pol.post('/v1/policy/publish', {'source': POLICY.replace('up_to: 100.00', 'upto: 100.00')}), 422)
    holds('upto' in broken.text and 'up_to' in broken.text, 'what was meant is not said')
    findings = gives(w.pol.post('/v1/policy/check', {'source': POLICY.replace('up_to: 100.00', 'upto: 100.00')}), 200)['findings']
    same((findings[0]['severity'], findings[0]['code']), ('error', 'unknown-key'), 'finding')
    same(gives(w.ana.post('/v1/policy/check', {'source': POLICY}), 200)['findings'], [], 'no findings')
    same(gives(w.pol.post('/v1/policy/publish', {'source': POLICY}), 200)['version'], live['version'], 'the very source that is live')
    gives(w.ana.put('/v1/policy/draft', {'source': POLICY}), 403)


@story('a request that fitted when it was sent first gets its first answer, whatever policy is live by now', alone=True)
def fitted_once(w):
    agent = w.agent()
    request = {'action': 'credit', 'amount': '10.00', 'customer': new('customer'), 'reason': 'outage', 'facts': {'photo_seen': True}}
    alone, in_array = new('key'), new('key')
    first = gives(agent.post('/v1/decisions', request, key=alone), 201)
    answers = gives(agent.post('/v1/decisions', [{'key': in_array, 'request': request}]), 200)['answers']
    same(answers[0]['status'], 201, 'in an array')
    gives(w.pol.post('/v1/policy/publish', {'source': POLICY.replace('photo_seen', 'image_seen')}), 201)
    try:
        again = gives(agent.post('/v1/decisions', request, key=alone), 200)
        same((again['id'], again['verdict']), (first['id'], 'granted'), 'the first answer')
        gives(agent.post('/v1/decisions', {**request, 'amount': '11.00'}, key=alone), 422)
        unused = gives(agent.post('/v1/decisions', request, key=new('key')), 422)
        holds('photo_seen' in unused.text, 'what does not fit is not said')
        holds('photo_seen' in gives(agent.post('/v1/decisions', request), 422).text, 'without a key')
        same([(item['status'], item['body'].get('id')) for item in gives(agent.post('/v1/decisions', [
            {'key': in_array, 'request': request}, {'key': new('key'), 'request': request}, {'request': request},
        ]), 200)['answers']], [(200, answers[0]['body']['id']), (422, None), (422, None)], 'an array')
        same(w.left(agent, 'rep-month')['left'], '180.00', 'drawn twice in all')
    finally:
        gives(w.pol.post('/v1/policy/rollback', {}), 200)


@story('the live policy is told to everybody', alone=True)
def told(w):
    stream = w.kim.listen()
    gives(w.root.post('/v1/policy/publish', {'source': POLICY + '\n# again\n'}), 201)
    holds(stream.next('policy.published', 3) is not None, 'not told')
    gives(w.root.post('/v1/policy/rollback', {}), 200)
    holds(stream.next('policy.rolled_back', 3) is not None, 'not told of the rollback')
    stream.close()


class Receiver(http.server.ThreadingHTTPServer):
    """A receiver of webhooks."""
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.got = []
        self.status = 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/hook'


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.got.append((dict((name.lower(), value) for name, value in self.headers.items()), body))
        self.send_response(self.server.status)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def signed(headers, body, secret):
    """Whether the signature is right, as Standard Webhooks says."""
    text = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix('whsec_')), text, hashlib.sha256).digest()
    return f'v1,{base64.b64encode(mac).decode()}' in headers['webhook-signature'].split(' ')


@story('a webhook is signed, tells what it was asked to tell, is tested, changes its key and is taken away')
def webhook(w):
    receiver = Receiver()
    made = gives(w.root.post('/v1/webhooks', {'url': receiver.url, 'kinds': ['approval.*']}), 201)
    secret = made['secret']
    holds(secret.startswith('whsec_'), 'no secret')
    holds(secret not in gives(w.root.get('/v1/webhooks'), 200).text, 'the secret is shown again')
    agent = w.agent()
    asked = w.ask(agent, amount='150.00')
    approval = gives(agent.post(f'/v1/decisions/{asked["id"]}/ask', {'note': 'Nobody else should read this.'}), 201)
    eventually(lambda: any(approval['id'].encode() in body for _, body in receiver.got), 5, 'the webhook')
    headers, body = next(item for item in receiver.got if approval['id'].encode() in item[1])
    holds(signed(headers, body, secret), 'the signature is wrong')
    holds(abs(int(headers['webhook-timestamp']) - time.time()) < 60, 'the timestamp')
    same(json.loads(body)['type'], 'approval.opened', 'type')
    holds(b'Nobody else' not in body, 'a note was sent without being asked for')
    gives(agent.post(f'/v1/approvals/{approval["id"]}/withdraw'), 200)
    delivery = gives(w.root.post(f'/v1/webhooks/{made["id"]}/test'), 201)
    eventually(lambda: any(item[0]['webhook-id'] == delivery['delivery'] for item in receiver.got), 5, 'the test')
    log = eventually(lambda: (lambda items: items if any(item['id'] == delivery['delivery'] and item['state'] == 'delivered' for item in items) else None)(
        gives(w.root.get(f'/v1/webhooks/{made["id"]}/deliveries'), 200)['items']), 5, 'the log')
    holds(len(log) >= 2, 'the log of deliveries')
    turned = gives(w.root.post(f'/v1/webhooks/{made["id"]}/rotate'), 200)['secret']
    holds(turned and turned != secret, 'the key did not change')
    del receiver.got[:]
    gives(w.root.post(f'/v1/webhooks/{made["id"]}/test'), 201)
    eventually(lambda: receiver.got, 5, 'the test after the change of key')
    holds(signed(*receiver.got[0], turned) and signed(*receiver.got[0], secret), 'both keys sign for a day')
    same(gives(w.root.patch(f'/v1/webhooks/{made["id"]}', {'active': False}), 200)['active'], False, 'switched off')
    gives(w.root.patch(f'/v1/webhooks/{made["id"]}', {'url': 'ftp://example.com'}), 422)
    gives(w.root.post('/v1/webhooks', {'url': 'nonsense'}), 422)
    same(gives(w.root.get(f'/v1/webhooks/{made["id"]}'), 200)['active'], False, 'read again')
    gives(w.root.delete(f'/v1/webhooks/{made["id"]}'), 204)
    gives(w.root.get(f'/v1/webhooks/{made["id"]}'), 404)
    gives(w.root.delete(f'/v1/webhooks/{made["id"]}'), 404)
    gives(w.root.post(f'/v1/webhooks/{made["id"]}/test'), 404)
    receiver.shutdown()
    receiver.server_close()


@story('statistics count what happened, and say how far they are')
def stats(w):
    before = gives(w.root.get('/v1/stats'), 200)
    agent = w.agent()
    w.ask(agent, amount='10.00')
    after = gives(w.root.get('/v1/stats'), 200)
    holds(after['through'] > before['through'], 'through')

    def decisions(stats):
        return sum(count['decisions'] for count in stats['counts'])
    holds(decisions(after) > decisions(before), 'decisions')
    same(gives(w.root.get('/v1/stats', by='team,route'), 200).status, 200, 'grouped')
    gives(w.root.get('/v1/stats', by='colour'), 400, 422)
    gives(w.ana.get('/v1/stats'), 403)
    gives(w.lee.get('/v1/stats'), 200)


@story('the journal is exported line by line, its chain holds, and no names or notes stand in it')
def journal(w):
    agent = w.agent()
    asked = gives(agent.post('/v1/decisions', {'action': 'voucher', 'amount': '5.00', 'customer': new('c'), 'note': 'Zanzibar ' + agent.id}), 201)
    lines = [json.loads(line) for line in gives(w.aud.get('/v1/journal'), 200).text.splitlines()]
    same([line['seq'] for line in lines], list(range(1, len(lines) + 1)), 'numbers')
    text = json.dumps(lines)
    holds(asked['id'] in text, 'the decision is not in it')
    holds('Zanzibar' not in text and 'Ana Silva' not in text, 'free text in the journal')
    same(len(gives(w.aud.get('/v1/journal', after=2, limit=3), 200).text.splitlines()), 3, 'a part')
    gives(w.ana.get('/v1/journal'), 403)
    gives(w.root.get('/v1/journal', after='x'), 400, 422)


@story('metrics are in Prometheus\' format; the document that describes the API is the one in the source')
def metrics(w):
    text = gives(w.nobody.get('/metrics'), 200).text
    lines = [line for line in text.splitlines() if line and not line.startswith('#')]
    holds(lines and all(len(line.rsplit(' ', 1)) == 2 for line in lines), 'lines')
    for line in lines:
        float(line.rsplit(' ', 1)[1])
    holds('leeway_' in text and 'time_to_authority' in text, 'figures')
    served = gives(w.nobody.get('/v1/openapi.json'), 200).json
    same(served, w.contract.document, 'the document')
    me = gives(w.ana.get('/v1/me'), 200)
    same(me['organization'], 'Fjord Broadband', 'organization')
