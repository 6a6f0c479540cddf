/* Tokens: their form, who finds them and until when, the notes of their use. */
#include "people/token.h"
#include "people_test.h"

enum { MADE = 1000, ENDS = 5000 };

static void form_is_what_scanners_look_for(void **state)
{
  (void)state;
  struct lw_rand_seeded seeded;
  lw_rand_seeded_init(&seeded, 7);
  struct lw_rand rand = lw_rand_from_seeded(&seeded);
  struct lw_hasher *hasher = lw_hasher_create();
  assert_non_null(hasher);
  char before[LW_TOKEN_TEXT_BYTES] = {0};
  for (int round = 0; round < 200; round++) {
    char text[LW_TOKEN_TEXT_BYTES];
    lw_hash digest;
    lw_token_make(&rand, text);
    assert_memory_equal(text, "lw_", 3);
    assert_memory_not_equal(text, before, sizeof text);
    for (int i = 3; i < 46; i++) {
      assert_true(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                         text[i]) != NULL);
    }
    assert_true(lw_token_digest(hasher, lw_str_from(text, sizeof text), &digest));
    lw_hash plain = lw_hash_of(hasher, lw_str_from(text, sizeof text));
    assert_true(lw_hash_equal(&digest, &plain));
    memcpy(before, text, sizeof text);
  }
  /* 32 zero bytes, and the CRC-32 of "lw_" and 43 times A by another program (zlib). */
  static const char known[] = "lw_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0cpzyh";
  lw_hash digest;
  assert_true(lw_token_digest(hasher, lw_str_c(known), &digest));
  lw_hasher_destroy(hasher);
}

/* One character changed anywhere, one missing, one more: no token. */
static void a_slip_of_one_character_is_no_token(void **state)
{
  (void)state;
  struct lw_hasher *hasher = lw_hasher_create();
  char text[LW_TOKEN_TEXT_BYTES + 1];
  lw_hash digest;
  lw_token_make(lw_rand_system(), text);
  text[LW_TOKEN_TEXT_BYTES] = '0';
  for (size_t i = 0; i < LW_TOKEN_TEXT_BYTES; i++) {
    char kept = text[i];
    text[i] = kept == 'x' ? 'y' : 'x';
    assert_false(lw_token_digest(hasher, lw_str_from(text, LW_TOKEN_TEXT_BYTES), &digest));
    text[i] = '\0';
    assert_false(lw_token_digest(hasher, lw_str_from(text, LW_TOKEN_TEXT_BYTES), &digest));
    text[i] = kept;
    assert_false(lw_token_digest(hasher, lw_str_from(text, i), &digest));
  }
  assert_true(lw_token_digest(hasher, lw_str_from(text, LW_TOKEN_TEXT_BYTES), &digest));
  assert_false(lw_token_digest(hasher, lw_str_from(text, LW_TOKEN_TEXT_BYTES + 1), &digest));
  lw_hasher_destroy(hasher);
}

static void base64url_is_rfc_4648s(void **state)
{
  (void)state;
  uint8_t bytes[32];
  char text[LW_SECRET_TEXT_BYTES];
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (uint8_t)(i * 37 + 250);
  }
  lw_token_write_base64url(bytes, text);
  assert_memory_equal(text, "-h9EaY6z2P0iR2yRttsAJUpvlLneAyhNcpe84QYrUHU", sizeof text);
}

static lw_hash digest_of(char c)
{
  lw_hash digest;
  memset(digest.bytes, c, sizeof digest.bytes);
  return digest;
}

static void insert(struct house *house, const char *id, char digest, const char *person,
                   uint32_t scopes)
{
  struct lw_token token = {.id = lw_str_c(id),
                           .digest = digest_of(digest),
                           .name = LW_STR("helpdesk"),
                           .scopes = scopes,
                           .person = lw_str_c(person),
                           .made_at = MADE,
                           .made_by = LW_STR("cli"),
                           .ends_at = ENDS};
  assert_ok(house, lw_token_insert(house->db, &token, &house->err));
}

static void found_until_it_ends_is_revoked_or_its_person_leaves(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_person(&house, "bot", "", "", LW_ROLE_ADMIN);
  add_person(&house, "gone", "", "", 0);
  insert(&house, "tok_a", 'a', "", LW_TOKEN_DECIDE | LW_TOKEN_FACTS);
  insert(&house, "tok_b", 'b', "bot", LW_TOKEN_DECIDE);
  insert(&house, "tok_c", 'c', "gone", LW_TOKEN_DECIDE);
  insert(&house, "tok_d", 'd', "never", LW_TOKEN_DECIDE);
  insert(&house, "tok_e", 'e', "", LW_TOKEN_READ);
  run_sql(&house, "UPDATE person SET left_at = 9 WHERE id = 'gone'");
  assert_ok(&house, lw_token_revoke(house.db, LW_STR("tok_e"), 2000, &house.err));
  assert_ok(&house, lw_token_revoke(house.db, LW_STR("tok_e"), 3000, &house.err));
  load(&house);
  static const struct {
    char digest;
    lw_usec now;
    const char *id; /* NULL: none */
  } cases[] = {{'a', MADE, "tok_a"}, {'a', ENDS - 1, "tok_a"}, {'a', ENDS, NULL},
               {'b', MADE, "tok_b"}, {'c', MADE, NULL},        {'d', MADE, NULL},
               {'e', MADE, NULL},    {'f', MADE, NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    lw_hash digest = digest_of(cases[i].digest);
    const struct lw_token *token = lw_token_find(house.staff, &digest, cases[i].now);
    assert_int_equal(token != NULL, cases[i].id != NULL);
    if (token != NULL) {
      assert_text(token->id, cases[i].id);
    }
  }
  lw_hash digest = digest_of('b');
  const struct lw_token *token = lw_token_find(house.staff, &digest, MADE);
  struct lw_caller caller = lw_token_caller(house.staff, token);
  assert_true(caller.is_token && caller.person == the(&house, "bot"));
  assert_text(caller.actor, "token:tok_b");
  assert_int_equal(lw_access_view(&caller, LW_ACCESS_DECIDE), LW_VIEW_OWN);
  assert_int_equal(lw_access_view(&caller, LW_ACCESS_TOKENS), LW_VIEW_NONE);
  struct lw_token row;
  assert_ok(&house, lw_token_get(house.db, LW_STR("tok_e"), &house.keep, &row, &house.err));
  assert_int_equal(row.revoked_at, 2000); /* the first time stays */
  assert_int_equal(lw_token_get(house.db, LW_STR("tok_z"), &house.keep, &row, &house.err),
                   LW_NOT_FOUND);
  assert_int_equal(lw_token_revoke(house.db, LW_STR("tok_z"), 1, &house.err), LW_NOT_FOUND);
  close_house(&house);
}

static void who_leaves_loses_the_ways_in(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  add_person(&house, "bot", "", "", 0);
  insert(&house, "tok_a", 'a', "bot", LW_TOKEN_DECIDE);
  insert(&house, "tok_b", 'b', "", LW_TOKEN_DECIDE);
  assert_ok(&house, lw_person_shut_out(house.db, LW_STR("bot"), 3000, &house.err));
  load(&house);
  assert_int_equal(house.staff->n_tokens, 1);
  assert_text(house.staff->tokens[0].id, "tok_b");
  close_house(&house);
}

static void use_is_written_once_an_hour(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  insert(&house, "tok_a", 'a', "", LW_TOKEN_DECIDE);
  insert(&house, "tok_b", 'b', "", LW_TOKEN_DECIDE);
  load(&house);
  const lw_usec hour = LW_TOKEN_NOTED_USEC;
  const struct lw_token *token = &house.staff->tokens[0];
  bool more = true;
  assert_true(lw_token_note_use(token, 10 * hour));
  assert_false(lw_token_note_use(token, 10 * hour));
  assert_false(lw_token_note_use(token, 11 * hour - 1));
  assert_true(lw_token_note_use(&house.staff->tokens[1], 10 * hour));
  assert_ok(&house, lw_token_write_uses(house.db, house.staff, 1, &more, &house.err));
  assert_true(more);
  assert_ok(&house, lw_token_write_uses(house.db, house.staff, 1, &more, &house.err));
  assert_false(more);
  struct lw_token row;
  assert_ok(&house, lw_token_get(house.db, LW_STR("tok_a"), &house.keep, &row, &house.err));
  assert_int_equal(row.last_used_at, 10 * hour);
  assert_true(lw_token_note_use(token, 11 * hour));
  load(&house); /* a new picture begins with what was written */
  assert_false(lw_token_note_use(&house.staff->tokens[0], 11 * hour - 1));
  assert_true(lw_token_note_use(&house.staff->tokens[0], 11 * hour));
  close_house(&house);
}

static void lists_are_newest_first_by_the_page(void **state)
{
  (void)state;
  struct house house;
  open_house(&house);
  insert(&house, "tok_1", '1', "", 1);
  insert(&house, "tok_2", '2', "", 1);
  insert(&house, "tok_3", '3', "", 1);
  const struct lw_token *tokens = NULL;
  uint32_t count = 0;
  assert_ok(&house,
            lw_token_list(house.db, LW_STR(""), 2, &house.keep, &tokens, &count, &house.err));
  assert_int_equal(count, 2);
  assert_text(tokens[0].id, "tok_3");
  assert_ok(&house,
            lw_token_list(house.db, tokens[1].id, 2, &house.keep, &tokens, &count, &house.err));
  assert_int_equal(count, 1);
  assert_text(tokens[0].id, "tok_1");
  close_house(&house);
}

static void printed_as_the_api_shows_it(void **state)
{
  (void)state;
  struct lw_token token = {.id = LW_STR("tok_1"),
                           .name = LW_STR("desk \"A\""),
                           .scopes = LW_TOKEN_DECIDE | LW_TOKEN_ADMIN,
                           .person = LW_STR("bot"),
                           .made_at = 1000000,
                           .made_by = LW_STR("cli"),
                           .ends_at = 2000000};
  struct lw_buf out = {0};
  lw_token_print(&token, 1999999, &out);
  assert_text(lw_buf_str(&out),
              "{\"id\":\"tok_1\",\"name\":\"desk \\\"A\\\"\",\"scopes\":[\"decide\",\"admin\"],"
              "\"person\":\"bot\",\"made_at\":\"1970-01-01T00:00:01Z\",\"made_by\":\"cli\","
              "\"ends_at\":\"1970-01-01T00:00:02Z\",\"state\":\"active\"}");
  assert_text(lw_token_state(&token, 2000000), "ended");
  token.revoked_at = 5;
  assert_text(lw_token_state(&token, 0), "revoked");
  lw_buf_finish(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(form_is_what_scanners_look_for),
      cmocka_unit_test(a_slip_of_one_character_is_no_token),
      cmocka_unit_test(base64url_is_rfc_4648s),
      cmocka_unit_test(found_until_it_ends_is_revoked_or_its_person_leaves),
      cmocka_unit_test(who_leaves_loses_the_ways_in),
      cmocka_unit_test(use_is_written_once_an_hour),
      cmocka_unit_test(lists_are_newest_first_by_the_page),
      cmocka_unit_test(printed_as_the_api_shows_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
