#!/usr/bin/env python3
"""Writes the parts of docs/reference that come from tables in the source, and sees that the rest of a page keeps up.

    tools/reference.py            writes them anew
    tools/reference.py --check    compares; the last line is `N passed, N failed`

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`. What people write around it is checked for
being whole: every function has a row in a table of examples, every finding a section with an example.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / 'docs' / 'reference'
PART = re.compile(r'(<!-- generated: (\S+) -->\n).*?(<!-- end -->)', re.S)
COMMENT = re.compile(r'/\*(.*?)\*/', re.S)
FUNCTION = re.compile(r'LW_FUNC\(\w+, (GLOBAL|MEMBER), "([^"]+)", "\((.*?)\) -> ([^"]+)", \w+\)')
MACRO = re.compile(r'\{"(\w+)", (GLOBAL|MEMBER|CEL), [^{}]*?"([^"]+)"\}', re.S)
FINDING = re.compile(r'LW_FINDING\(\w+, "([^"]+)", (ERROR|WARNING),\s*"((?:[^"\\]|\\.)*)"\)')
MANY_FORMS = 8


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


def split_types(text):
    """The types of "list<A>, map<B, C>": commas inside <> do not part."""
    parts, depth, start = [], 0, 0
    for at, c in enumerate(text):
        depth += (c == '<') - (c == '>')
        if c == ',' and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return parts + [text[start:].strip()] if text.strip() else parts


def functions():
    """name -> forms, in the order of the tables; operators and what only the compiler calls are left out."""
    found = {}
    for path in ('src/cel/func_core.def', 'src/cel/func_ext.def'):
        for style, name, types, result in FUNCTION.findall(COMMENT.sub('', read(path))):
            if '@' in name or '_' in name:
                continue
            given = split_types(types)
            if style == 'MEMBER':
                form = f'{given[0]}.{name}({", ".join(given[1:])}) -> {result}'
            else:
                form = f'{name}({", ".join(given)}) -> {result}'
            found.setdefault(name, []).append(form)
    return found


def function_rows():
    lines = ['| function | forms |', '| --- | --- |']
    for name, forms in sorted(functions().items(), key=lambda item: item[0].lower()):
        if len(forms) > MANY_FORMS:  # mixed kinds of number are legal and not worth a line each
            forms = [form for form in forms if not form.endswith('-> dyn')]
        lines.append(f'| `{name}` | ' + '<br>'.join(f'`{form}`' for form in forms) + ' |')
    return lines


def macros():
    return [(name, usage) for name, _, usage in MACRO.findall(read('src/cel/macros.c'))]


def macro_rows():
    return ['| macro | for example |', '| --- | --- |'] + [f'| `{name}` | `{usage}` |' for name, usage in macros()]


def findings():
    return [(code, severity.lower(), meaning) for code, severity, meaning in FINDING.findall(read('src/policy/finding.def'))]


def finding_rows():
    rows = [f'| [`{code}`](#{code}) | {severity} | {meaning} |' for code, severity, meaning in findings()]
    return ['| code | severity | means |', '| --- | --- | --- |'] + rows


ACCESS = re.compile(r'LW_ACCESS\(\w+, "([^"]+)", ((?:\w+, ){7})(\w+)\)')
ROLES = ['agent', 'lead', 'policy', 'people', 'quality', 'auditor', 'admin']


def access_rows():
    lines = ['| right | ' + ' | '.join(ROLES) + ' | token scope |', '| --- |' + ' --- |' * (len(ROLES) + 1)]
    order = ['NONE', 'OWN', 'TEAM', 'ALL']
    for words, reaches, scope in ACCESS.findall(COMMENT.sub('', read('src/people/access.def'))):
        reaches = reaches.rstrip(', ').split(', ')
        cells = [max(reach, reaches[0], key=order.index).lower() for reach in reaches]  # everybody is an agent
        token = '' if scope == 'NO_SCOPE' else f'`{scope.lower()}`'
        lines.append(f'| {words} | ' + ' | '.join('' if cell == 'none' else cell for cell in cells) + f' | {token} |')
    return lines


GENERATED = {'access': access_rows, 'functions': function_rows, 'macros': macro_rows, 'findings': finding_rows}


def renew(text):
    return PART.sub(lambda part: part[1] + '\n'.join(GENERATED[part[2]]()) + '\n' + part[3], text)


def lacking():
    """What the hand-written parts should have and do not."""
    cel = PART.sub('', (PAGES / 'cel.md').read_text(encoding='utf-8'))
    examples = [line for line in cel.splitlines() if line.startswith('| `')]
    for name in list(functions()) + [name for name, _ in macros()]:
        if not any(re.search(rf'(?<![\w]){re.escape(name)}\(', line) for line in examples):
            yield f'cel.md: {name} has no example'
    page = (PAGES / 'findings.md').read_text(encoding='utf-8')
    sections = {part.split('\n', 1)[0].strip(): part for part in page.split('\n### ')[1:]}
    for code, severity, _ in findings():
        if f' {severity} {code}: ' not in sections.get(code, ''):
            yield f'findings.md: the section {code} is missing, or shows no such {severity}'
    for code in sections.keys() - {code for code, _, _ in findings()}:
        yield f'findings.md: there is no finding {code}'


def main():
    check = sys.argv[1:] == ['--check']
    passed = failed = 0
    for path in sorted(PAGES.glob('*.md')):
        text = path.read_text(encoding='utf-8')
        if not PART.search(text):
            continue
        if check and renew(text) != text:
            print(f'{path.relative_to(ROOT)} is not up to date: run tools/reference.py')
            failed += 1
        else:
            passed += 1
        if not check:
            path.write_text(renew(text), encoding='utf-8')
    faults = list(lacking())
    for fault in faults:
        print(fault)
    passed, failed = passed + (not faults), failed + len(faults)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
