/* Every limit that a user can meet, with its reason. A new one gets its row here, not where it is
 * used. */
#ifndef LW_BASE_BOUNDS_H
#define LW_BASE_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

/* One arena: a policy of 10,000 rules takes some 60 MB with its programs; past 1 GiB something is
 * wrong. */
#define LW_ARENA_BYTES_MAX ((size_t)1 << 30)

/* What one request may use while it is decided: generous for explanations, small enough for 10,000
 * at a time. */
#define LW_REQUEST_BYTES_MAX ((size_t)16 << 20)

/* What one change may use in its batch. A request that was small enough to be decided must always
 * be small enough to be finished: its entry, which also carries person, stored case and answer, is
 * read twice then, as it was and as it has become. */
#define LW_RECORDED_BYTES_MAX (8 * LW_REQUEST_BYTES_MAX)

/* One request line or body: a case with hundreds of order lines is some 100 kB. */
#define LW_REQUEST_TEXT_BYTES_MAX ((size_t)8 << 20)

/* A policy file: nobody reads aloud more than this. */
#define LW_POLICY_TEXT_BYTES_MAX ((size_t)16 << 20)

/* Drafts of the policy at a time: a list of more is no list of what is under way. Each may be as
 * long as a policy. A title is one line. */
enum { LW_DRAFTS_MAX = 100, LW_DRAFT_TITLE_BYTES_MAX = 200 };

/* Nesting of JSON and YAML: what people write is under 10; recursion in readers and writers stays
 * bounded. */
enum { LW_VALUE_DEPTH_MAX = 64 };

/* One CEL expression. cel-spec asks for at least: 32 ternaries in a row, 32 levels of parentheses,
 * ... (syntax.md). */
enum {
  LW_CEL_TEXT_BYTES_MAX = 64 * 1024,
  LW_CEL_DEPTH_MAX = 256, /* nesting of one expression; recursion of parser, checker, compiler */
  LW_CEL_NODES_MAX = 1 << 16, /* nodes of one expression, macros and `let` expanded */
  LW_CEL_LOCALS_MAX = 64,     /* comprehension variables alive at once */
  LW_CEL_STACK_MAX = 1024     /* values on the VM's stack */
};

/* Steps of one evaluation: a loop over 1,000 items with 100 operations each; stops nested loops
 * over large lists. */
#define LW_CEL_COST_MAX ((uint64_t)10 * 1000 * 1000)

/* Steps of one decision, with its options and explanations: whatever the rules and the facts, it
 * ends within seconds. */
#define LW_DECISION_COST_MAX (5 * LW_CEL_COST_MAX)

/* What one function call may make (a joined text, a sorted list): rules speak of lines, not of
 * documents. */
#define LW_CEL_RESULT_BYTES_MAX ((size_t)1 << 20)

/* Rules explained in one answer: a policy of 10,000 grants must not make an answer of megabytes. */
enum { LW_BECAUSE_MAX = 100 };

/* Mistakes reported in one run: enough to mend a file, few enough to read. */
enum { LW_DIAGS_MAX = 200 };

/* What is said to be wrong with one request: a caller's loop may send a hundred thousand facts that
 * nobody declared. */
enum { LW_FAULTS_MAX = 100 };

/* Changes waiting for the writer: a second's worth at full speed is answered sooner by "come back".
 */
enum { LW_QUEUE_MAX = 8192 };

/* Changes in one transaction: past some hundreds the commit is no longer what costs. */
enum { LW_BATCH_MAX = 512 };

/* Things that were due and are done in one go, so that requests come in between. */
enum { LW_DUE_MAX = 256 };

/* Versions on trial at once: each has a policy and a decider in memory, and more than a few can't
 * be told apart in what they did. */
enum { LW_CANARIES_MAX = 8 };

/* Decisions in one POST. */
enum { LW_ORDERS_MAX = 1000 };

/* One HTTP body: as one request line. */
#define LW_BODY_BYTES_MAX LW_REQUEST_TEXT_BYTES_MAX

/* Connections: each costs some 32 kB; past it new ones wait in the system's queue. */
enum { LW_CONNECTIONS_MAX = 4096 };

/* What an agent sets aside while talking to a customer; longer is a decision. */
#define LW_HOLD_USEC_MAX ((int64_t)24 * 3600 * 1000000)

/* For how long the answer to a retry key is remembered. */
#define LW_KEY_USEC ((int64_t)24 * 3600 * 1000000)

/* Retry keys that memory holds, at 16 bytes and some air each: 32 MB at most. Older ones of the
 * same day are known by filters (engine/sieve.c), and looked up on disk. */
enum { LW_KEYS_IN_MEMORY = 3 << 19 };

/* All HTTP bodies in memory at one time: some dozens of the largest, or half a million usual ones;
 * past it a request is told to come back. */
#define LW_BODIES_BYTES_MAX ((size_t)256 << 20)

/* A request must have arrived whole within this time, so that slow clients hold no connection. */
#define LW_ARRIVAL_USEC_MAX ((int64_t)30 * 1000000)

/* An answer must be taken that fast, beside the time of an arrival: a reader of a byte a minute
 * holds no connection either. */
enum { LW_TAKEN_BYTES_MIN = 4096 };

/* An idle connection is kept this long: longer than the usual proxy's minute would be cut by it. */
enum { LW_IDLE_SECONDS_MAX = 60 };

/* Event streams of one person: a few windows and a phone. */
enum { LW_STREAMS_OF_ONE_MAX = 8, LW_STREAMS_MAX = 2048 };

/* What an event stream may owe its reader before it is dropped (it resumes by Last-Event-ID). */
#define LW_STREAM_BYTES_MAX ((size_t)256 << 10)

/* Passwords waiting to be checked, policies to be read: each takes a tenth of a second or more. */
enum { LW_WORKER_WAITING_MAX = 32 };

/* Items of one page of a list. */
enum { LW_PAGE_MAX = 500, LW_PAGE = 50 };

/* People alerted on one level of a route: past it nobody feels asked. */
enum { LW_ASKED_MAX = 100 };

/* An ask that is older than this is decided anew: its facts have aged. */
#define LW_ASK_USEC_MAX ((int64_t)24 * 3600 * 1000000)

/* How long a level of a route has that says no `within`. */
#define LW_LEVEL_USEC ((int64_t)24 * 3600 * 1000000)

/* Between two reminders of the same approval. */
#define LW_NUDGE_USEC_MIN ((int64_t)60 * 1000000)

/* What is stored with one case. */
#define LW_CASE_BYTES_MAX ((size_t)64 << 10)

/* The id of a case or customer, a reason, a channel, as a server takes them: names, not documents;
 * they stay in the record for good. */
enum { LW_NAME_BYTES_MAX = 200 };

/* What an agent may take back after giving it: long enough to see a slip, short enough that money
 * leaves while the customer waits. */
#define LW_UNDO_USEC_MAX ((int64_t)60 * 1000000)

/* How far a list may be asked to jump: the end of a table of a year's decisions of one team. */
enum { LW_SKIP_MAX = 100000 };

/* Decisions that evidence is taken from: its quartiles stand still long before. */
enum { LW_EVIDENCE_ROWS_MAX = 2000 };

/* Names asked for by their ids at once: those of one screen. */
enum { LW_NAMES_MAX = 100 };

/* More time to answer an approval: ten times two minutes; past it the agent asks anew. */
enum { LW_APPROVAL_HOLDS_MAX = 10 };
#define LW_APPROVAL_HOLD_USEC ((int64_t)120 * 1000000)

/* Where the panel may stand in a frame: an organization's helpdesks, and their test systems. */
enum { LW_FRAME_ANCESTORS_MAX = 16, LW_ORIGIN_BYTES_MAX = 200 };

/* What a page carries to its script; past it the script asks for the rest. */
#define LW_PAGE_BOOT_BYTES_MAX ((size_t)256 << 10)

#endif
