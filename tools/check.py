#!/usr/bin/env python3
"""What ./check runs: one line a step in the order of the table, details in build/check/STEP.log.

A step answers how many things passed and how many failed: tests, expectations, vectors, rules, fuzz targets; a step that
is one thing (a build, a second run of the same tests under sanitizers) counts as one. A step whose parts are not there
fails. Nothing here needs a terminal.

Steps run in two lanes at once, each in the table's order. In the lane `front` stand those that wait as much as they
compute (browsers, servers, clocks); in `back` those that only compute, at a lower priority, so that they fill what the others
leave and no clock of theirs runs late. A step begins when what it needs has ended.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / 'build'
WEB = ROOT / 'web'
LOGS = BUILD / 'check'
JOBS = str(os.cpu_count() or 2)
STEP_SECONDS_MAX = 600
FAILURES_SHOWN, FAILURE_LINES, LINE_SHOWN = 12, 4, 240
LOG_LINES_SHOWN = 40
FAILURE = re.compile(r'\s*(FAIL|not ok|\[ +FAILED +\]|failed: )')
PROGRESS = re.compile(r'\[\d+/\d+\] |(gcc|clang|cc)  ?-')  # of ninja; the log has it
BACK_NICE = 10
PATIENCE = 6  # a test's limit is for a machine that does nothing else, without sanitizers
# Inputs for each fuzz target, seeds among them: some ten seconds' work. The seeds in tests/fuzz/corpus reach what hours of fuzzing
# did, so that each run begins there; its first inputs are those seeds.
FUZZ_RUNS = {'bytecode': 60000, 'cel': 15000, 'http': 20000, 'policy': 800, 'request': 2500, 'tape': 200}
FUZZ_RUNS_OF_OTHERS = 5000
TSAN_TARGETS = ['tests/unit/engine/test_engine_engine', 'tests/unit/engine/test_engine_threads', 'tests/unit/engine/test_engine_shadow', 'tests/unit/desk/test_desk_approval_race',
                'tests/unit/connect/test_connect_deliver', 'tests/unit/tweak/test_tweak_journal_tape']  # the suite `threads`
SANITIZERS = {
    'ASAN_OPTIONS': 'detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
}


class Failed(Exception):
    """A step that could not say what passed."""


class Children:
    """The programs that run, each the head of a group: a group ends as a whole when it takes too long or ./check is stopped."""

    def __init__(self):
        self.lock, self.heads = threading.Lock(), set()

    def start(self, words, environment, output):
        with self.lock:
            child = subprocess.Popen(words, cwd=ROOT, env=os.environ | SANITIZERS | environment, stdin=subprocess.DEVNULL,
                                     stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            self.heads.add(child.pid)
        return child

    def end(self, head):
        """Whether it still ran."""
        with self.lock:
            if head in self.heads:
                os.killpg(head, signal.SIGKILL)
            return head in self.heads

    def wait(self, child):
        """(exit status, CPU seconds of it and of all that it waited for)."""
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # until it is forgotten here, its number is nobody else's
        with self.lock:
            self.heads.discard(child.pid)
            _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return child.returncode, used.ru_utime + used.ru_stime

    def end_all(self):
        for head in list(self.heads):
            self.end(head)


CHILDREN = Children()


class Step:
    """One step's log, and the ways of running things that write to it. May be used by several threads."""

    def __init__(self, name, back=False):
        self.log = (LOGS / f'{name}.log').open('w', encoding='utf-8')
        self.prefix = ['nice', '-n', str(BACK_NICE)] if back else []
        self.lock, self.cpu_seconds = threading.Lock(), 0.0

    def say(self, text):
        with self.lock:
            self.log.write(text + '\n')
            self.log.flush()

    def run(self, *command, may_fail=False, timeout=STEP_SECONDS_MAX, **environment):
        """Runs a command; gives what it printed and its exit status."""
        words = [str(word) for word in command]
        self.say('$ ' + ' '.join(words))
        if shutil.which(words[0], path=os.environ.get('PATH')) is None and not (ROOT / words[0]).exists():
            raise Failed(f'{words[0]} is not there')
        with tempfile.TemporaryFile() as printed:
            child = CHILDREN.start(self.prefix + words, environment, printed)
            late = threading.Event()
            timer = threading.Timer(timeout, lambda: CHILDREN.end(child.pid) and late.set())
            timer.start()
            status, used = CHILDREN.wait(child)
            timer.cancel()
            printed.seek(0)
            output = printed.read().decode('utf-8', 'replace')
        with self.lock:
            self.cpu_seconds += used
        self.say(output)
        if late.is_set():
            raise Failed(f'{words[0]} did not end within {timeout} seconds')
        if status != 0 and not may_fail:
            raise Failed(f'{pathlib.Path(words[0]).name} ended with {status}')
        return output, status

    def run_each(self, commands, **options):
        """Runs commands, as many at once as there are cores; gives (output, status) of each in their order."""
        with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
            return list(pool.map(lambda command: self.run(*command, may_fail=True, **options), commands))

    def count(self, *command, **options):
        """Runs a command that ends with `N passed, N failed`."""
        output, status = self.run(*command, may_fail=True, **options)
        sums = re.findall(r'(\d+) passed, (\d+) failed', output)
        if not sums:
            raise Failed(f'{command[-1]}: exit status {status}, and no line `N passed, N failed`')
        passed, failed = int(sums[-1][0]), int(sums[-1][1])
        if passed + failed == 0:
            raise Failed(f'{command[-1]}: nothing was run')
        if status != 0 and failed == 0:
            raise Failed(f'{command[-1]}: exit status {status}, though nothing failed')
        return passed, failed


def need(path):
    if not path.exists():
        raise Failed(f'{path.relative_to(ROOT)} is not there')
    return path


def need_some(top, pattern):
    found = sorted(top.glob(pattern))
    if not found:
        raise Failed(f'nothing in {top.relative_to(ROOT)} fits {pattern}')
    return found


def sources(*suffixes):
    found = []
    for top in ['src', 'include', 'tests', 'bench']:
        for suffix in suffixes:
            found += (ROOT / top).rglob(f'*.{suffix}')
    return sorted(str(path.relative_to(ROOT)) for path in found if 'node_modules' not in path.parts)


# --- builds ------------------------------------------------------------------------------------------------------

def build(step, preset):
    step.run('scripts/build', preset)
    return BUILD / preset


def program(folder):
    return need(folder / 'src' / 'cli' / 'leeway')


def step_gcc(step):
    program(build(step, 'release'))
    return 1, 0


def step_clang(step):
    """The second compiler, with what the sanitizers and the fuzzer need: one build for the steps that follow."""
    program(build(step, 'asan'))
    return 1, 0


def step_install(step):
    root = LOGS / 'root'
    shutil.rmtree(root, ignore_errors=True)
    step.run('meson', 'install', '-C', BUILD / 'release', '--no-rebuild', '--quiet', '--destdir', root)
    installed = [str(path.relative_to(root)) for path in root.rglob('*')]
    wanted = ['bin/leeway', 'man/man1/leeway.1', 'completions/leeway', 'site-functions/_leeway', 'leeway.fish']
    absent = [name for name in wanted if not any(path.endswith(name) for path in installed)]
    for name in absent:
        step.say(f'not installed: {name}')
    return len(wanted) - len(absent), len(absent)


# --- tests -------------------------------------------------------------------------------------------------------

CMOCKA_OK = re.compile(r'^\[ +OK +\]', re.M)


def count_meson(step, folder, without=()):
    """Runs the fast suite without the golden files, which have steps of their own; counts the functions that cmocka ran, and programs that speak no cmocka as one."""
    log = folder / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    output, status = step.run('meson', 'test', '-C', folder, '--suite', 'fast', '--no-suite', 'golden', *(word for name in without for word in ('--no-suite', name)), '--no-rebuild', '--num-processes', JOBS,
                              '--timeout-multiplier', str(PATIENCE), '--print-errorlogs', may_fail=True)
    if not log.exists():
        raise Failed('meson test ran nothing; is it built?')
    passed = failed = 0
    for line in log.read_text(encoding='utf-8').splitlines():
        test = json.loads(line)
        printed = test.get('stdout', '') + '\n' + test.get('stderr', '')
        good = len(CMOCKA_OK.findall(printed))
        if test['result'] == 'OK':
            passed += good or 1
        elif test['result'] == 'SKIP':
            step.say(f'skipped: {test["name"]}')
        else:
            bad = len(set(re.findall(r'^\[ +FAILED +\] (\w+)$', printed, re.M)))
            passed += good
            failed += max(bad, 1)
            step.say(f'failed: {test["name"]}')
    if passed + failed == 0:
        raise Failed('meson test ran nothing')
    if status != 0 and failed == 0:
        raise Failed(f'meson test: exit status {status}\n{output}')
    return passed, failed


def add(*counts):
    return sum(c[0] for c in counts), sum(c[1] for c in counts)


def count_golden(step, leeway):
    return step.count(sys.executable, need(ROOT / 'tests' / 'golden' / 'run.py'), leeway)


def count_policies(step, leeway):
    files = need_some(ROOT / 'examples', '*/expectations.yaml') + sorted((ROOT / 'tests' / 'policy').glob('**/expect*.yaml'))
    return add(*(step.count(leeway, 'policy', 'test', path.relative_to(ROOT)) for path in files))


def count_conformance(step, leeway):
    files = need_some(ROOT / 'tests' / 'conformance' / 'cel', '*.json')
    return step.count(leeway, 'cel', 'test', *(path.relative_to(ROOT) for path in files))


def step_unit(step):
    return count_meson(step, need(BUILD / 'release'))


def step_golden(step):
    return count_golden(step, program(BUILD / 'release'))


def step_cli(step):
    return step.count(sys.executable, need(ROOT / 'tests' / 'cli' / 'run.py'), LEEWAY=str(program(BUILD / 'release')))


def step_policy(step):
    return count_policies(step, program(BUILD / 'release'))


def step_conformance(step):
    return count_conformance(step, program(BUILD / 'release'))


def count_http(step, leeway, *options):
    need(ROOT / 'tests' / 'http' / 'package-lock.json')
    if not (ROOT / 'tests' / 'http' / 'node_modules' / 'ajv').exists():
        step.run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', ROOT / 'tests' / 'http')
    return step.count(sys.executable, need(ROOT / 'tests' / 'http' / 'run.py'), leeway, *options)


def step_http(step):
    return count_http(step, program(BUILD / 'release'))


# --- the console -------------------------------------------------------------------------------------------------

NODE_FOR_TESTS = 20  # its tests need it; its build 18


def node_version():
    try:
        said = subprocess.run(['node', '--version'], capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise Failed('node is not there: scripts/deps brings it') from None
    return said.strip()


def console_tests_run(step):
    version = node_version()
    if int(version.lstrip('v').split('.')[0]) >= NODE_FOR_TESTS:
        return True
    print(f'console: skipped: node {NODE_FOR_TESTS} or newer is needed, this is {version}', flush=True)
    step.say(f'skipped: node {NODE_FOR_TESTS} or newer is needed, this is {version}')
    return False


def web_packages(step):
    """As the lock says; installed anew only when the lock is newer."""
    lock, kept = need(WEB / 'package-lock.json'), WEB / 'node_modules' / '.package-lock.json'
    if not kept.exists() or kept.stat().st_mtime < lock.stat().st_mtime:
        step.run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', WEB)
        os.utime(kept)


def count_vitest(step):
    report = LOGS / 'vitest.json'
    report.unlink(missing_ok=True)
    _, status = step.run('npm', 'run', '--silent', '--prefix', WEB, 'test', '--', '--reporter=json', f'--outputFile={report}', may_fail=True)
    if not report.exists():
        raise Failed(f'vitest: exit status {status}, and no report')
    told = json.loads(report.read_text(encoding='utf-8'))
    for suite in told['testResults']:
        for test in suite['assertionResults']:
            if test['status'] == 'failed':
                step.say(f'failed: {test["fullName"]}\n' + '\n'.join(test['failureMessages']))
        if suite['status'] == 'failed' and not suite['assertionResults']:
            step.say(f'failed: {suite["name"]}\n{suite.get("message", "")}')
    failed = max(told['numFailedTests'], told['numFailedTestSuites'], int(status != 0))
    return told['numPassedTests'], failed


def step_statistics(step):
    """Figures of src/measure, worked out again in R, to six digits."""
    figures = need(BUILD / 'release' / 'tests' / 'measure' / 'measure_figures')
    if shutil.which('Rscript') is None:
        print('statistics: skipped: R is not there (r-base-core, r-cran-survival)', flush=True)
        step.say('skipped: R is not there')
        return 0, 0
    printed, _ = step.run(figures)
    (LOGS / 'figures.txt').write_text(printed, encoding='utf-8')
    return step.count('Rscript', '--vanilla', ROOT / 'tests' / 'measure' / 'figures.R', LOGS / 'figures.txt')


def step_web(step):
    """What is committed of the console is what its sources make; they fit their types; their unit tests pass."""
    runs = console_tests_run(step)
    web_packages(step)
    counts = []
    for command in ([sys.executable, ROOT / 'tools' / 'api_types.py', '--check'], ['node', WEB / 'build.mjs', '--check'],
                    ['node', WEB / 'node_modules' / 'typescript' / 'bin' / 'tsc', '--noEmit', '-p', WEB / 'tsconfig.json'],
                    ['node', WEB / 'node_modules' / 'typescript' / 'bin' / 'tsc', '--noEmit', '-p', WEB / 'tsconfig.worker.json']):
        _, status = step.run(*command, may_fail=True)
        counts.append((int(status == 0), int(status != 0)))
    if runs:
        counts.append(count_vitest(step))
    return add(*counts)


def step_console(step):
    leeway = program(BUILD / 'release')
    if not console_tests_run(step):
        return 0, 0
    web_packages(step)
    if shutil.which('chromium') is None:
        raise Failed('chromium is not there: scripts/deps brings it')
    return step.count('node', need(WEB / 'test' / 'e2e' / 'run.mjs'), '--program', leeway, '--quick')


def step_crash(step):
    leeway = program(BUILD / 'release')
    return add(step.count(sys.executable, need(ROOT / 'tests' / 'crash' / 'run.py'), '5', '--program', leeway),
               step.count(sys.executable, need(ROOT / 'tests' / 'crash' / 'overspend.py'), '5', '--program', leeway))


def step_postgres(step):
    """Each on a PostgreSQL of its own, thrown away afterwards; nothing here stops that machine, so that it need not wait for the disk."""
    leeway, tests = program(BUILD / 'release'), ROOT / 'tests'
    commands = [[tests / 'http' / 'run.py', leeway, '--part', 'stories'], [tests / 'postgres' / 'run.py', leeway], [tests / 'servers' / 'run.py', leeway],
                [tests / 'crash' / 'run.py', '3', '--servers', '2', '--program', leeway],
                [tests / 'crash' / 'overspend.py', '5', '--servers', '2', '--program', leeway],
                [tests / 'crash' / 'primary.py', '2', '--program', leeway]]
    usual = {'LEEWAY_POSTGRES_OPTIONS': '-c fsync=off'}
    units = BUILD / 'release' / 'tests' / 'unit'
    both = [need(units / 'db' / 'test_db_both'), *(test for folder in ('ledger', 'engine', 'desk') for test in sorted((units / folder).glob('test_*'))
                                                   if test.is_file() and os.access(test, os.X_OK))]

    def run_units():
        output, failed = step.run('scripts/postgres', 'sh', '-c', 'failed=0; for test; do "$test" || failed=$((failed + 1)); done; exit $failed', 'units', *both,
                                  may_fail=True, **usual)
        return len(CMOCKA_OK.findall(output)), failed
    with concurrent.futures.ThreadPoolExecutor(int(JOBS)) as pool:
        counts = [pool.submit(run_units)]
        counts += [pool.submit(step.count, 'scripts/postgres', sys.executable, *command, **usual) for command in commands]
        counts = [count.result() for count in counts]
    return add(*counts)


def step_demo(step):
    """An invented company, made twice from one seed: the same decisions, and a record that verifies."""
    leeway, folder = program(BUILD / 'release'), LOGS / 'demo'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    kinds = []
    for name in ('one.db', 'two.db'):
        step.run(leeway, 'demo', 'generate', '--db', folder / name, '--decisions', '3000', '--until', '2026-03-01', '--quiet')
        step.run(leeway, 'verify', '--db', folder / name)
        output, _ = step.run(leeway, 'export', 'journal', '--db', folder / name)
        kinds.append(re.findall(r'"kind":"([a-z._]+)"|"verdict":"([a-z]+)"', output))
    same = len(kinds[0]) > 3000 and kinds[0] == kinds[1]
    return (2, 0) if same else (1, 1)


def step_tsan(step):
    step.run('scripts/build', 'tsan', *TSAN_TARGETS)
    folder = BUILD / 'tsan'
    environment = {'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1'}
    output, status = step.run('meson', 'test', '-C', folder, '--no-rebuild', '--num-processes', JOBS, '--print-errorlogs', '--suite', 'threads',
                              '--timeout-multiplier', str(PATIENCE),
                              may_fail=True, **environment)
    if 'No suitable tests' in output:
        raise Failed('no test of threads was run')
    return (1, 0) if status == 0 else (0, 1)


def step_embed(step):
    return step.count(sys.executable, need(ROOT / 'tests' / 'embed' / 'run.py'), '--build', need(BUILD / 'release'))


def step_property(step):
    return step.count(sys.executable, need(ROOT / 'tests' / 'property' / 'run.py'), '--leeway', program(BUILD / 'release'))


def step_invariant(step):
    return step.count(sys.executable, need(ROOT / 'tests' / 'invariant' / 'run.py'), need(BUILD / 'release'))


def step_replay(step):
    return step.count(sys.executable, need(ROOT / 'tests' / 'replay' / 'run.py'), '--build', need(BUILD / 'release'))


def step_docs(step):
    return add(step.count(sys.executable, need(ROOT / 'tests' / 'docs' / 'run.py'), '--leeway', program(BUILD / 'release')),
               step.count(sys.executable, need(ROOT / 'tools' / 'reference.py'), '--check'))


def step_tour(step):
    step.run(need(ROOT / 'scripts' / 'tour'))
    return 1, 0


def once_more(step, counts):
    """The same tests in another build: one thing passed, or as many failed as did."""
    step.say(f'together {counts[0]} passed, {counts[1]} failed')
    return (0, counts[1]) if counts[1] else (1, 0)


def step_clang_unit(step):
    """Without those of the suite `once`: much arithmetic over much data, which the sanitizers make five times as long."""
    return once_more(step, count_meson(step, need(BUILD / 'asan'), ['once']))


def step_asan(step):
    leeway = program(BUILD / 'asan')
    return once_more(step, add(count_golden(step, leeway), count_policies(step, leeway), count_conformance(step, leeway)))


# --- fuzzing -----------------------------------------------------------------------------------------------------

def fuzz_seed():
    head = subprocess.run(['git', 'rev-parse', 'HEAD'], cwd=ROOT, capture_output=True, text=True)
    return int(head.stdout[:7], 16) if head.returncode == 0 else 1


def step_fuzz(step):
    """FUZZ_SECONDS=600: each target as long. Else so many inputs each, which is the same work on every machine."""
    script = need(ROOT / 'tests' / 'fuzz' / 'run.sh')
    targets = [path.stem.removeprefix('fuzz_') for path in need_some(ROOT / 'tests' / 'fuzz', 'fuzz_*.c')]
    seconds = os.environ.get('FUZZ_SECONDS')

    def much(target):
        found_before = len(list((BUILD / 'fuzz' / 'work' / target / 'corpus').glob('*')))
        return [seconds] if seconds else ['0', f'-runs={FUZZ_RUNS.get(target, FUZZ_RUNS_OF_OTHERS) + found_before}']

    answers = step.run_each([[script, target, *much(target), f'-seed={fuzz_seed()}'] for target in targets],
                            timeout=int(seconds or 0) + STEP_SECONDS_MAX)
    passed = sum(status == 0 for _, status in answers)
    return passed, len(targets) - passed


# --- reading the code --------------------------------------------------------------------------------------------

def step_house(step):
    return step.count(sys.executable, need(ROOT / 'tools' / 'house.py'))


def step_format(step):
    step.run('clang-format', '--dry-run', '--Werror', '--ferror-limit=3', *sources('c', 'h'))
    return 1, 0


def step_cppcheck(step):
    cache = LOGS / 'cppcheck'
    cache.mkdir(exist_ok=True)
    usual = ['cppcheck', '--quiet', '--std=c11', '--enable=warning,portability', '--inline-suppr', '-j', JOBS,
             '--suppressions-list=tools/cppcheck.suppress', '--error-exitcode=1', '-Isrc', '-Iinclude']
    # With its macros given a file is read once, as it is compiled; without them cppcheck tries each #ifdef of each header again.
    step.run(*usual, f'--cppcheck-build-dir={cache}', '-D_GNU_SOURCE', '-D__GNUC__', '-DLW_VERSION="0"', '-DLW_SLOW_ASSERTIONS', 'src')
    forked = [name for name in sources('c') if name.startswith('src/') and re.search(r'^#\s*if ', (ROOT / name).read_text(encoding='utf-8'), re.M)]
    if forked:  # what other compilers or libraries would see of them
        step.run(*usual, *forked)
    return 1, 0


def step_tidy(step):
    folder = need(BUILD / 'asan')
    files = [name for name in sources('c') if name.startswith('src/')]

    answers = step.run_each([['clang-tidy', '-p', folder, '--quiet', name] for name in files])
    failed = sum(status != 0 for _, status in answers)
    return (0, failed) if failed else (1, 0)


# name, what it is, the function, the lane, the steps that make what it needs.
STEPS = [
    ('gcc', 'release build, gcc, warnings are errors', step_gcc, 'back', []),
    ('format', 'clang-format', step_format, 'front', []),
    ('web', 'the console: types, bytes, unit tests', step_web, 'front', []),
    ('cppcheck', 'cppcheck', step_cppcheck, 'front', []),  # while the build goes on
    ('unit', 'unit tests', step_unit, 'front', ['gcc']),
    ('statistics', 'statistics against R', step_statistics, 'front', ['gcc']),
    ('golden', 'golden files', step_golden, 'front', ['gcc']),
    ('cli', 'exit statuses, JSON, streams', step_cli, 'front', ['gcc']),
    ('policy', 'expectations of the examples', step_policy, 'front', ['gcc']),
    ('conformance', 'CEL conformance vectors', step_conformance, 'front', ['gcc']),
    ('property', 'random policies against a small model', step_property, 'front', ['gcc']),
    ('invariant', 'from what looks at people no way leads to less authority', step_invariant, 'back', ['gcc']),
    ('replay', 'columns against one by one; known flips', step_replay, 'front', ['gcc']),
    ('http', 'the API against its contract, from outside', step_http, 'front', ['gcc']),
    ('console', 'the console in a browser, from outside', step_console, 'front', ['gcc', 'web']),
    ('crash', 'kill -9 under load; no overspending', step_crash, 'front', ['gcc']),
    ('postgres', 'several servers on one PostgreSQL', step_postgres, 'front', ['gcc']),
    ('demo', 'an invented company, twice the same', step_demo, 'front', ['gcc']),
    ('embed', 'libleeway, installed and built upon', step_embed, 'front', ['gcc']),
    ('docs', 'examples in the documentation', step_docs, 'front', ['gcc']),
    ('tour', 'a policy at work: scripts/tour', step_tour, 'front', ['gcc']),
    ('install', 'installed files', step_install, 'front', ['gcc']),
    ('house', 'house rules', step_house, 'front', ['gcc']),
    ('clang', 'build, clang, sanitizers, fuzz targets', step_clang, 'back', []),
    ('clang-unit', 'unit tests by clang, ASan + UBSan', step_clang_unit, 'back', ['clang']),
    ('asan', 'golden, policies, vectors, ASan + UBSan', step_asan, 'back', ['clang']),
    ('tidy', 'clang-tidy', step_tidy, 'back', ['clang']),
    ('tsan', 'tests with threads, ThreadSanitizer', step_tsan, 'back', []),
    ('fuzz', 'fuzz targets', step_fuzz, 'back', ['clang']),
]
LANES = ['front', 'back']


class Outcome:
    def __init__(self, passed, failed, seconds, cpu_seconds):
        self.passed, self.failed, self.seconds, self.cpu_seconds = passed, failed, seconds, cpu_seconds


def run_step(name, function, lane):
    start, step = time.monotonic(), Step(name, back=lane == 'back')
    try:
        passed, failed = function(step)
    except Exception as error:  # whatever it is, the step failed
        known = isinstance(error, (Failed, OSError, subprocess.SubprocessError, ValueError))
        step.say(str(error) if known else traceback.format_exc())
        passed, failed = 0, 1
    step.log.close()
    return Outcome(passed, failed, time.monotonic() - start, step.cpu_seconds)


class Lanes:
    """Runs steps, a lane in a thread; tells of them in the order of the table, each as soon as all before it are told."""

    def __init__(self, steps):
        self.steps, self.outcomes, self.told, self.stopped = steps, {}, 0, False
        self.changed = threading.Condition()

    def run(self):
        lanes = [threading.Thread(target=self._lane, args=(lane,), daemon=True) for lane in LANES]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        return list(self.outcomes.values())

    def stop(self):
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        CHILDREN.end_all()

    def _lane(self, lane):
        chosen = {step[0] for step in self.steps}
        for name, _, function, where, needs in self.steps:
            if where != lane:
                continue
            with self.changed:
                self.changed.wait_for(lambda needs=needs: self.stopped or all(need in self.outcomes for need in needs if need in chosen))
                if self.stopped:
                    return
            outcome = run_step(name, function, lane)
            with self.changed:
                self.outcomes[name] = outcome
                self.changed.notify_all()
                self._tell()

    def _tell(self):
        while not self.stopped and self.told < len(self.steps) and self.steps[self.told][0] in self.outcomes:
            name, text = self.steps[self.told][:2]
            tell(name, text, self.outcomes[name])
            self.told += 1


def show_log(name):
    """The log's end, and last of all what failed, wherever it stands: those who cut a long output keep its last lines."""
    text = (LOGS / f'{name}.log').read_text(encoding='utf-8', errors='replace').rstrip()
    lines = [line for line in text.splitlines() if not PROGRESS.match(line)]
    if len(lines) > LOG_LINES_SHOWN:
        print(f'     | ... (the whole: build/check/{name}.log)')
    for line in lines[-LOG_LINES_SHOWN:]:
        print(f'     | {line[:LINE_SHOWN]}')
    failures = [at for at, line in enumerate(lines) if FAILURE.match(line)]
    for at in failures[:FAILURES_SHOWN]:
        for line in lines[at:at + FAILURE_LINES]:
            print(f'   ! | {line[:LINE_SHOWN]}')


def tell(name, text, outcome):
    print(f'{"FAIL" if outcome.failed else "ok  "} {name:<12} {text:<42} {outcome.seconds:6.1f} s {outcome.cpu_seconds:6.1f} s of CPU  '
          f'{outcome.passed} passed, {outcome.failed} failed')
    if outcome.failed:
        show_log(name)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(prog='./check', description='Builds and tests everything.')
    parser.add_argument('--list', action='store_true', help='name the steps')
    parser.add_argument('steps', nargs='*', metavar='STEP')
    options = parser.parse_args()
    if options.list:
        for name, text, *_ in STEPS:
            print(f'{name:<12} {text}')
        return 0
    unknown = set(options.steps) - {name for name, *_ in STEPS}
    if unknown:
        print(f'check: no step {" ".join(sorted(unknown))}; see ./check --list', file=sys.stderr)
        return 2

    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    lanes = Lanes([step for step in STEPS if not options.steps or step[0] in options.steps])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcomes = lanes.run()
    except KeyboardInterrupt:
        lanes.stop()
        print('check: stopped', file=sys.stderr)
        return 130
    failed = sum(outcome.failed for outcome in outcomes)
    print(f'{time.monotonic() - start:.0f} seconds, {sum(outcome.cpu_seconds for outcome in outcomes):.0f} of CPU')
    print(f'{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
