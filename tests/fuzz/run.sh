#!/bin/sh
# Fuzzes one target: tests/fuzz/run.sh TARGET SECONDS [MORE OPTIONS OF LIBFUZZER]
#
# TARGET is policy, cel, bytecode, request, http, tape, entry, gift, course or plan. Builds into build/asan when needed. The corpus grows in
# build/fuzz/work/TARGET, from the seeds in tests/fuzz/corpus/TARGET and the finds; what breaks is kept there too. Prints
# what libFuzzer prints last: runs, runs a second, coverage. Exits 1 on a finding; its input belongs in
# tests/fuzz/finds/TARGET once its cause is mended.
set -eu
cd "$(dirname "$0")/../.."

if [ $# -lt 2 ]; then
  echo "usage: tests/fuzz/run.sh policy|cel|bytecode|request|http|tape|entry|gift|course|plan SECONDS" >&2
  exit 2
fi
target=$1
seconds=$2
shift 2
if [ ! -f "tests/fuzz/fuzz_$target.c" ]; then
  echo "run.sh: no target $target" >&2
  exit 2
fi

scripts/build asan "tests/fuzz/fuzz_$target" >build/fuzz-build.log 2>&1 || { cat build/fuzz-build.log >&2; exit 3; }
work=build/fuzz/work/$target
mkdir -p "$work/corpus" "tests/fuzz/finds/$target"
set -- "$@" "tests/fuzz/corpus/$target" "tests/fuzz/finds/$target"
if [ -f "tests/fuzz/$target.dict" ]; then
  set -- "-dict=tests/fuzz/$target.dict" "$@"
fi
status=0
ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1} \
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1} \
LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=tests/fuzz/lsan.supp:print_suppressions=0} \
  "build/asan/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$work/" "$work/corpus" "$@" >"$work/log" 2>&1 || status=$?
if [ $status -ne 0 ]; then
  echo "FAIL $target: status $status; $work/log ends with:"
  tail -n 40 "$work/log"
  exit 1
fi
covered=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$work/log" | tail -n 1)
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$work/log")
echo "ok   $target: $runs runs, $speed a second, $covered, nothing found"
