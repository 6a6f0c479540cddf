/* Drafts: begun, changed by one at a time, taken apart, published; the one of before among them. */
#include "engine/draft.h"

#include "engine_test.h"

#define TINY(up_to, amount)                                                                        \
  "leeway: 1\norganization: Aurora\ncurrency: USD\ntiers: [frontline]\n"                           \
  "actions: {credit: {kind: money}}\n"                                                             \
  "budgets: {mine: {per: agent, amount: " amount "}}\n"                                            \
  "grants: [{id: tiny, may: [credit], up_to: " up_to ", draws: [mine]}]\n"

struct bench {
  struct desk desk;
  struct lw_db *db;
};

static void open_bench(struct bench *bench)
{
  desk_open(&bench->desk, TINY("1.00", "10.00"));
  must(lw_engine_reader(bench->desk.engine, &bench->db, &bench->desk.err), &bench->desk.err);
}

static void close_bench(struct bench *bench)
{
  lw_engine_reader_done(bench->desk.engine, bench->db);
  desk_verify(&bench->desk);
  desk_close(&bench->desk);
}

static enum lw_code
run(struct bench *bench,
    enum lw_code (*apply)(struct lw_batch *, struct lw_change *, struct lw_error *), void *user)
{
  struct lw_change change = {.apply = apply, .user = user};
  enum lw_code rc = desk_run(&bench->desk, &change);
  lw_buf_finish(&change.answer);
  return rc;
}

/* Looks, then writes. */
static enum lw_code put(struct bench *bench, struct lw_draft_put *put, const char *source)
{
  struct lw_draft_look look;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(bench->desk.engine);
  put->source = lw_str_c(source);
  must(lw_draft_look(&look, bench->db, snapshot, put->source, 1, &bench->desk.arena,
                     &bench->desk.err),
       &bench->desk.err);
  put->look = &look;
  enum lw_code rc = run(bench, lw_draft_apply, put);
  lw_draft_look_finish(&look);
  lw_snapshot_unref(snapshot);
  put->look = NULL;
  return rc;
}

static struct lw_draft begin(struct bench *bench, const char *source)
{
  struct lw_draft_put new_one = {.from = 1};
  must(put(bench, &new_one, source), &bench->desk.err);
  return new_one.ret_draft;
}

static struct lw_draft get(struct bench *bench, lw_str id)
{
  struct lw_draft draft;
  must(lw_draft_get(bench->db, id, &bench->desk.arena, &draft, &bench->desk.err), &bench->desk.err);
  return draft;
}

static uint32_t count(struct bench *bench)
{
  struct lw_draft *drafts = NULL;
  uint32_t found = 0;
  must(lw_draft_list(bench->db, &bench->desk.arena, &drafts, &found, &bench->desk.err),
       &bench->desk.err);
  return found;
}

static void whoever_read_it_changes_it(void **state)
{
  (void)state;
  struct bench bench;
  open_bench(&bench);
  struct lw_draft draft = begin(&bench, TINY("2.00", "10.00"));
  assert_int_equal(draft.variables, 1);
  assert_has(draft.words, "The grant tiny: up to 2.00 instead of 1.00.");
  struct lw_draft_put change = {.id = draft.id, .tag = draft.tag};
  assert_int_equal(put(&bench, &change, TINY("3.00", "10.00")), LW_STALE); /* without a tag */
  change.has_tag = true;
  must(put(&bench, &change, "leeway: 1\nnonsense: {}\n"), &bench.desk.err);
  assert_int_equal(put(&bench, &change, TINY("3.00", "10.00")), LW_STALE);
  struct lw_draft broken = get(&bench, draft.id);
  assert_true(broken.errors != 0);
  assert_int_equal(broken.variables, 1); /* as when it last loaded */
  assert_true(broken.tag != draft.tag);
  struct lw_draft_put title = {
      .id = draft.id, .title = LW_STR("Mine"), .has_tag = true, .tag = broken.tag};
  must(run(&bench, lw_draft_apply, &title), &bench.desk.err);
  assert_true(lw_str_equal(get(&bench, draft.id).source, broken.source));
  struct lw_draft_removal removal = {.id = draft.id, .has_tag = true, .tag = broken.tag};
  assert_int_equal(run(&bench, lw_draft_remove_apply, &removal), LW_STALE);
  removal.tag = title.ret_draft.tag;
  must(run(&bench, lw_draft_remove_apply, &removal), &bench.desk.err);
  assert_int_equal(run(&bench, lw_draft_remove_apply, &removal), LW_NOT_FOUND);
  assert_int_equal(count(&bench), 0);
  /* A tag that was fits no other draft. */
  struct lw_draft next = begin(&bench, TINY("2.00", "10.00"));
  assert_true(next.tag > title.ret_draft.tag);
  close_bench(&bench);
}

static void one_of_several_variables_is_taken_apart(void **state)
{
  (void)state;
  struct bench bench;
  struct lw_draft_split split = {.has_tag = true};
  open_bench(&bench);
  struct lw_draft draft = begin(&bench, TINY("2.00", "20.00"));
  const struct lw_snapshot *snapshot = lw_engine_snapshot(bench.desk.engine);
  draft = get(&bench, draft.id);
  must(lw_draft_split_prepare(&split, bench.db, snapshot, &draft, &bench.desk.arena,
                              &bench.desk.err),
       &bench.desk.err);
  split.id = draft.id;
  split.tag = draft.tag + 1;
  assert_int_equal(run(&bench, lw_draft_split_apply, &split), LW_STALE);
  assert_int_equal(count(&bench), 1);
  split.tag = draft.tag;
  must(run(&bench, lw_draft_split_apply, &split), &bench.desk.err);
  assert_int_equal(count(&bench), 2);
  assert_true(lw_str_equal(get(&bench, split.parts[0].id).source, LW_STR(TINY("1.00", "20.00"))));
  assert_true(lw_str_equal(get(&bench, split.parts[1].id).source, LW_STR(TINY("2.00", "10.00"))));
  draft = get(&bench, split.parts[0].id);
  assert_int_equal(draft.variables, 1);
  assert_int_equal(lw_draft_split_prepare(&split, bench.db, snapshot, &draft, &bench.desk.arena,
                                          &bench.desk.err),
                   LW_CONFLICT);
  assert_int_equal(lw_engine_seq(bench.desk.engine), 3); /* published, made, split */
  lw_snapshot_unref(snapshot);
  close_bench(&bench);
}

static enum lw_code publish(struct bench *bench, const struct lw_draft *draft, uint32_t *ret_count)
{
  struct lw_publish publish;
  const struct lw_snapshot *snapshot = lw_engine_snapshot(bench->desk.engine);
  lw_str paths = LW_STR("");
  lw_publish_init(&publish, draft->source, &bench->desk.arena);
  publish.draft = draft->id;
  publish.draft_tag = draft->tag;
  publish.reason = LW_STR("together");
  must(lw_publish_prepare(&publish, NULL, &bench->desk.err), &bench->desk.err);
  must(lw_publish_compare(&publish, snapshot, &paths, &bench->desk.err), &bench->desk.err);
  *ret_count = publish.variables;
  lw_snapshot_unref(snapshot);
  enum lw_code rc = run(bench, lw_publish_apply, &publish);
  lw_publish_finish(&publish);
  return rc;
}

static void a_published_one_leaves_the_list(void **state)
{
  (void)state;
  struct bench bench;
  struct lw_publish_version version;
  uint32_t variables = 0;
  open_bench(&bench);
  struct lw_draft draft = begin(&bench, TINY("2.00", "20.00"));
  struct lw_draft other = begin(&bench, TINY("1.00", "30.00"));
  struct lw_draft stale = draft;
  stale.tag++;
  assert_int_equal(publish(&bench, &stale, &variables), LW_STALE);
  must(publish(&bench, &draft, &variables), &bench.desk.err);
  assert_int_equal(variables, 2);
  assert_int_equal(count(&bench), 1);
  must(lw_publish_get(bench.db, 0, &bench.desk.arena, &version, &bench.desk.err), &bench.desk.err);
  assert_has(version.reason, "together");
  assert_int_equal(publish(&bench, &draft, &variables), LW_STALE); /* it is gone */
  /* What became live meanwhile counts: this one would undo a limit. */
  must(publish(&bench, &other, &variables), &bench.desk.err);
  assert_int_equal(variables, 2);
  close_bench(&bench);
}

static void what_was_counted_against_another_version_is_refused(void **state)
{
  (void)state;
  struct bench bench;
  struct lw_publish publish;
  lw_str paths = LW_STR("");
  open_bench(&bench);
  struct lw_draft draft = begin(&bench, TINY("2.00", "10.00"));
  const struct lw_snapshot *before = lw_engine_snapshot(bench.desk.engine);
  lw_publish_init(&publish, draft.source, &bench.desk.arena);
  publish.draft = draft.id;
  publish.draft_tag = draft.tag;
  must(lw_publish_prepare(&publish, NULL, &bench.desk.err), &bench.desk.err);
  must(lw_publish_compare(&publish, before, &paths, &bench.desk.err), &bench.desk.err);
  desk_must_publish(&bench.desk, TINY("1.00", "40.00"));
  assert_int_equal(run(&bench, lw_publish_apply, &publish), LW_CONFLICT);
  assert_int_equal(count(&bench), 1);
  lw_publish_finish(&publish);
  lw_snapshot_unref(before);
  close_bench(&bench);
}

static void there_are_only_so_many(void **state)
{
  (void)state;
  struct bench bench;
  open_bench(&bench);
  for (int i = 0; i < LW_DRAFTS_MAX; i++) {
    (void)begin(&bench, TINY("2.00", "10.00"));
  }
  struct lw_draft_put more = {.from = 1};
  assert_int_equal(put(&bench, &more, TINY("2.00", "10.00")), LW_CONFLICT);
  assert_int_equal(count(&bench), LW_DRAFTS_MAX);
  close_bench(&bench);
}

static void a_version_is_normal(void **state)
{
  (void)state;
  struct bench bench;
  uint64_t number = 1;
  struct lw_publish_rollback back = {.normal = true};
  open_bench(&bench);
  desk_must_publish(&bench.desk, TINY("2.00", "10.00"));
  assert_int_equal(run(&bench, lw_publish_rollback_apply, &back), LW_CONFLICT);
  must(run(&bench, lw_publish_normal_apply, &number), &bench.desk.err);
  must(run(&bench, lw_publish_normal_apply, &number), &bench.desk.err); /* said twice, kept once */
  assert_int_equal(lw_engine_seq(bench.desk.engine), 4);                /* and what is to be read */
  must(run(&bench, lw_publish_rollback_apply, &back), &bench.desk.err);
  assert_int_equal(run(&bench, lw_publish_rollback_apply, &back), LW_CONFLICT);
  number = 9;
  assert_int_equal(run(&bench, lw_publish_normal_apply, &number), LW_NOT_FOUND);
  must(lw_publish_normal(bench.db, &number, &bench.desk.err), &bench.desk.err);
  assert_int_equal(number, 1);
  close_bench(&bench);
}

/* The tables as they were before there were several drafts. */
static const char before_sql[] =
    "CREATE TABLE policy_draft (id BIGINT PRIMARY KEY, source TEXT NOT NULL, tag BIGINT NOT NULL, "
    "who TEXT NOT NULL, at BIGINT NOT NULL);"
    "INSERT INTO policy_draft VALUES (1, 'a text', 7, 'pol', 5000000);"
    "DROP TABLE policy_drafts; DROP TABLE policy_draft_tag; DROP TABLE policy_normal;"
    "ALTER TABLE policy_version DROP COLUMN reason;"
    "DELETE FROM migration WHERE name = 'drafts';";

static void the_one_of_an_older_program_is_among_them(void **state)
{
  (void)state;
  struct bench bench;
  struct lw_db *db = NULL;
  struct lw_publish_draft old;
  open_bench(&bench);
  lw_engine_reader_done(bench.desk.engine, bench.db);
  desk_close_engine(&bench.desk);
  must(lw_db_open(&(struct lw_db_options){.url = bench.desk.path, .mode = LW_DB_WRITE}, &db,
                  &bench.desk.err),
       &bench.desk.err);
  must(lw_db_exec(db, before_sql, &bench.desk.err), &bench.desk.err);
  lw_db_close(db);
  desk_open_engine(&bench.desk, false);
  must(lw_engine_reader(bench.desk.engine, &bench.db, &bench.desk.err), &bench.desk.err);
  struct lw_draft draft = get(&bench, LW_STR(LW_DRAFT_OLD));
  assert_has(draft.source, "a text");
  assert_int_equal(draft.tag, 7);
  assert_int_equal(draft.from, 1);
  assert_false(draft.measured);
  assert_int_equal(count(&bench), 1);
  must(lw_publish_draft_get(bench.db, &bench.desk.arena, &old, &bench.desk.err), &bench.desk.err);
  assert_int_equal(old.tag, 7);
  assert_true(begin(&bench, TINY("2.00", "10.00")).tag > 7);
  close_bench(&bench);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whoever_read_it_changes_it),
      cmocka_unit_test(one_of_several_variables_is_taken_apart),
      cmocka_unit_test(a_published_one_leaves_the_list),
      cmocka_unit_test(what_was_counted_against_another_version_is_refused),
      cmocka_unit_test(there_are_only_so_many),
      cmocka_unit_test(a_version_is_normal),
      cmocka_unit_test(the_one_of_an_older_program_is_among_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
