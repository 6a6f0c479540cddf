"""api/openapi.yaml as something to hold answers against: which operation a call is, and whether its answer is one that the
document allows. The checker knows the JSON Schema keywords that the document uses, and refuses a document that uses others.
"""
import json
import pathlib
import re
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
METHODS = ('get', 'post', 'put', 'patch', 'delete')
# What says nothing about a value, or is checked by another keyword beside it.
SILENT = {'description', 'title', 'examples', 'example', 'default', 'format', 'contentMediaType', 'contentSchema', 'discriminator',
          'deprecated', 'readOnly', 'writeOnly'}


def _is_type(value, name):
    if name == 'null':
        return value is None
    if name == 'boolean':
        return isinstance(value, bool)
    if name == 'integer':
        return isinstance(value, int) and not isinstance(value, bool)
    if name == 'number':
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {'string': str, 'array': list, 'object': dict}[name])


class Schemas:
    """Checks values; a schema's `$ref`s lead into the document."""

    def __init__(self, document):
        self.document = document

    def resolve(self, ref):
        place = self.document
        for part in ref.removeprefix('#/').split('/'):
            place = place[part.replace('~1', '/').replace('~0', '~')]
        return place

    def faults(self, schema, value):
        """What does not fit, as texts; empty: it fits."""
        return self._look(schema, value, '')[0]

    def _look(self, schema, value, at):
        """(faults, names of the members that some keyword has looked at)"""
        if schema is True or schema == {}:
            return [], set()
        if schema is False:
            return [f'{at or "."}: nothing may stand here'], set()
        faults, seen = [], set()
        for key, rule in schema.items():
            if key in SILENT or key.startswith('x-') or key in ('additionalProperties', 'unevaluatedProperties'):
                continue
            look = getattr(self, '_' + key.strip('$'), None)
            if look is None:
                raise ValueError(f'the checker does not know the keyword {key}')
            more, names = look(rule, value, at)
            faults += more
            seen |= names
        if isinstance(value, dict):
            if 'additionalProperties' in schema:
                known = set(schema.get('properties', ()))
                more, names = self._rest(schema['additionalProperties'], value, at, set(value) - known)
                faults += more
                seen |= names
            if 'unevaluatedProperties' in schema:
                more, names = self._rest(schema['unevaluatedProperties'], value, at, set(value) - seen)
                faults += more
                seen |= names
        return faults, seen

    def _rest(self, rule, value, at, names):
        faults = []
        for name in sorted(names):
            if rule is False:
                faults.append(f'{at}.{name}: the contract has no such member')
            else:
                faults += self._look(rule, value[name], f'{at}.{name}')[0]
        return faults, set(names)

    def _ref(self, rule, value, at):
        return self._look(self.resolve(rule), value, at)

    def _type(self, rule, value, at):
        names = rule if isinstance(rule, list) else [rule]
        if any(_is_type(value, name) for name in names):
            return [], set()
        return [f'{at or "."}: {json.dumps(value)[:60]} is no {" or ".join(names)}'], set()

    def _const(self, rule, value, at):
        return ([] if value == rule and type(value) is type(rule) else [f'{at or "."}: {json.dumps(value)[:60]} is not {rule!r}']), set()

    def _enum(self, rule, value, at):
        return ([] if value in rule else [f'{at or "."}: {json.dumps(value)[:60]} is none of {rule}']), set()

    def _properties(self, rule, value, at):
        if not isinstance(value, dict):
            return [], set()
        faults = []
        for name, schema in rule.items():
            if name in value:
                faults += self._look(schema, value[name], f'{at}.{name}')[0]
        return faults, set(rule) & set(value)

    def _required(self, rule, value, at):
        if not isinstance(value, dict):
            return [], set()
        return [f'{at or "."}: {name} is missing' for name in rule if name not in value], set()

    def _items(self, rule, value, at):
        faults = []
        for index, item in enumerate(value if isinstance(value, list) else ()):
            faults += self._look(rule, item, f'{at}[{index}]')[0]
        return faults, set()

    def _any(self, rule, value, at, least, most):
        fits, seen, faults = 0, set(), []
        for schema in rule:
            more, names = self._look(schema, value, at)
            if more:
                faults.append('; '.join(more[:3]))
            else:
                fits += 1
                seen |= names
        if least <= fits <= most:
            return [], seen
        return [f'{at or "."}: fits {fits} of {len(rule)} shapes ({" | ".join(faults)[:600]})'], seen

    def _anyOf(self, rule, value, at):
        return self._any(rule, value, at, 1, len(rule))

    def _oneOf(self, rule, value, at):
        return self._any(rule, value, at, 1, 1)

    def _allOf(self, rule, value, at):
        faults, seen = [], set()
        for schema in rule:
            more, names = self._look(schema, value, at)
            faults += more
            seen |= names
        return faults, seen

    def _pattern(self, rule, value, at):
        bad = isinstance(value, str) and re.search(rule, value) is None
        return ([f'{at or "."}: {value[:60]!r} does not match {rule}'] if bad else []), set()

    def _bound(self, bad, at, what):
        return ([f'{at or "."}: {what}'] if bad else []), set()

    def _minLength(self, rule, value, at):
        return self._bound(isinstance(value, str) and len(value) < rule, at, f'shorter than {rule}')

    def _maxLength(self, rule, value, at):
        return self._bound(isinstance(value, str) and len(value) > rule, at, f'longer than {rule}')

    def _minimum(self, rule, value, at):
        return self._bound(_is_type(value, 'number') and value < rule, at, f'less than {rule}')

    def _maximum(self, rule, value, at):
        return self._bound(_is_type(value, 'number') and value > rule, at, f'more than {rule}')

    def _minItems(self, rule, value, at):
        return self._bound(isinstance(value, list) and len(value) < rule, at, f'fewer than {rule}')

    def _maxItems(self, rule, value, at):
        return self._bound(isinstance(value, list) and len(value) > rule, at, f'more than {rule}')

    def _uniqueItems(self, rule, value, at):
        texts = [json.dumps(item, sort_keys=True) for item in value] if isinstance(value, list) else []
        return self._bound(rule and len(set(texts)) != len(texts), at, 'something stands twice')

    def _minProperties(self, rule, value, at):
        return self._bound(isinstance(value, dict) and len(value) < rule, at, f'fewer than {rule} members')


class Operation:
    def __init__(self, method, path, body):
        self.method, self.path, self.body = method, path, body
        self.id, self.access = body['operationId'], body['x-leeway-access']
        self.pattern = re.compile('^' + re.sub(r'\\\{\w+\\\}', '[^/]+', re.escape(path)) + '$')


class Contract:
    """The document, with a count of the operations that were called and what was wrong with their answers."""

    def __init__(self):
        done = subprocess.run(['node', HERE / 'yaml_to_json.mjs', ROOT / 'api' / 'openapi.yaml'], capture_output=True, check=True)
        self.document = json.loads(done.stdout)
        self.schemas = Schemas(self.document)
        self.operations = [Operation(method, path, item[method]) for path, item in self.document['paths'].items()
                           for method in METHODS if method in item]
        # A fixed path before one with a name in it: /v1/people/import is no person.
        self.operations.sort(key=lambda operation: operation.path.count('{'))
        self.lock = threading.Lock()
        self.hits = {}
        self.answers = 0
        self.faults = []
        self.bare = []

    def find(self, method, path):
        path = path.split('?')[0]
        for operation in self.operations:
            if operation.method == method.lower() and operation.pattern.match(path):
                return operation
        return None

    def response(self, operation, status):
        found = operation.body['responses'].get(str(status))
        return self.schemas.resolve(found['$ref']) if found and '$ref' in found else found

    def check(self, method, path, reply):
        """Holds an answer against the document and remembers what is wrong."""
        faults = self.faults_of(method, path, reply)
        with self.lock:
            self.answers += 1
            operation = self.find(method, path)
            if operation is not None:
                self.hits.setdefault(operation.id, set()).add(reply.status)
            self.faults += [f'{method} {path} {reply.status}: {fault}' for fault in faults]
            self.bare += [f'{method} {path}: {json.dumps(bare)[:300]}' for bare in bare_nos(reply.json)]
        return faults

    def faults_of(self, method, path, reply):
        operation = self.find(method, path)
        if operation is None or reply.status in (405, 408, 431):
            return self.problem_faults(reply) if reply.status >= 400 else ['an answer from where the contract has nothing']
        response = self.response(operation, reply.status)
        if response is None:
            return [f'the contract has no answer {reply.status} here ({reply.text[:200]})']
        content = response.get('content')
        if content is None:
            return [] if not reply.raw else ['a body where the contract has none']
        kind = reply.header('content-type').split(';')[0].strip()
        if kind not in content:
            return [f'the content type is {kind!r}, not one of {list(content)}']
        schema = content[kind].get('schema', {})
        if kind.endswith('json') and kind != 'application/x-ndjson':
            if reply.json is None:
                return ['the body is not JSON']
            return self.schemas.faults(schema, reply.json)
        if kind == 'application/x-ndjson':
            faults = []
            for line in reply.text.splitlines():
                faults += self.schemas.faults(schema['contentSchema'], json.loads(line))
            return faults[:5]
        return []

    def problem_faults(self, reply):
        if reply.header('content-type').split(';')[0] != 'application/problem+json':
            return [f'an error as {reply.header("content-type")!r}']
        return self.schemas.faults({'$ref': '#/components/schemas/Problem'}, reply.json)

    def missed(self):
        return sorted(operation.id for operation in self.operations if operation.id not in self.hits)


def bare_nos(value):
    """Answers `ask` and `refused` anywhere inside that name no next step."""
    if isinstance(value, list):
        return [bare for item in value for bare in bare_nos(item)]
    if not isinstance(value, dict):
        return []
    found = [bare for item in value.values() for bare in bare_nos(item)]
    if value.get('verdict') in ('ask', 'refused') and 'because' in value:
        if not (value.get('can') or value.get('route') or value.get('instead') or value.get('needs')):
            found.append(value)
    return found
