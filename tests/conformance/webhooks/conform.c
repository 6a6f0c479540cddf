/* Runs the vectors of Standard Webhooks: conform VECTORS.json. Prints what fails and ends with
 * `N passed, N failed`; exit 1 if one failed. */
#include "base/crypto.h"
#include "base/num.h"
#include "connect/webhook.h"
#include "data/json.h"

#include <stdio.h>
#include <strings.h>

struct sums {
  int passed;
  int failed;
};

static void count(struct sums *sums, bool passed, lw_str about, const char *why)
{
  if (passed) {
    sums->passed++;
  } else {
    sums->failed++;
    printf("FAIL %.*s: %s\n", LW_FMT(about), why);
  }
}

static lw_str get(const struct lw_value *map, const char *key)
{
  const struct lw_value *value = lw_value_get(map, lw_str_c(key));
  return value != NULL ? value->text : (lw_str){NULL, 0};
}

/* Header names match whatever their case. */
static lw_str get_header(const struct lw_value *headers, const char *name)
{
  for (uint32_t i = 0; i < headers->count; i++) {
    lw_str key = headers->entries[i].key;
    if (key.len == strlen(name) && strncasecmp(key.ptr, name, key.len) == 0) {
      return headers->items[i].text;
    }
  }
  return (lw_str){NULL, 0};
}

static void add_payload(const struct lw_value *row, struct lw_buf *out)
{
  int64_t times = 0;
  if (lw_value_get(row, LW_STR("payload")) != NULL) {
    lw_buf_add(out, get(row, "payload"));
    return;
  }
  lw_buf_add(out, get(row, "payload_prefix"));
  if (lw_int_read(get(row, "payload_fill_count"), &times)) {
    for (int64_t i = 0; i < times; i++) {
      lw_buf_add(out, get(row, "payload_fill"));
    }
  }
  lw_buf_add(out, get(row, "payload_suffix"));
}

static struct lw_webhook_headers headers_of(const struct lw_value *row)
{
  const struct lw_value *headers = lw_value_get(row, LW_STR("headers"));
  return (struct lw_webhook_headers){get_header(headers, "webhook-id"),
                                     get_header(headers, "webhook-timestamp"),
                                     get_header(headers, "webhook-signature")};
}

static void run_sign(const struct lw_value *row, struct sums *sums)
{
  lw_str about = get(row, "about");
  struct lw_webhook_headers headers = headers_of(row);
  struct lw_webhook_key key;
  struct lw_buf body = {0};
  struct lw_buf signature = {0};
  struct lw_error err = {0};
  int64_t seconds = 0;
  add_payload(row, &body);
  if (!lw_webhook_key_read(get(row, "secret"), &key) || !lw_int_read(headers.timestamp, &seconds)) {
    count(sums, false, about, "the vector can't be read");
    return;
  }
  lw_webhook_sign(headers.id, seconds, lw_buf_str(&body), &key, 1, &signature);
  count(sums, lw_str_equal(lw_buf_str(&signature), headers.signature), about,
        "another signature was wanted");
  count(sums, lw_webhook_verify(&headers, lw_buf_str(&body), &key, 1, seconds, &err) == LW_OK,
        about, err.text);
  char text[LW_WEBHOOK_SECRET_BYTES];
  size_t len = lw_webhook_key_write(&key, text);
  count(sums, lw_str_equal(lw_str_from(text, len), get(row, "secret")), about,
        "the secret was written differently");
  lw_buf_finish(&body);
  lw_buf_finish(&signature);
}

static void run_verify(const struct lw_value *row, struct sums *sums)
{
  lw_str about = get(row, "about");
  struct lw_webhook_headers headers = headers_of(row);
  struct lw_webhook_key key;
  struct lw_buf body = {0};
  struct lw_error err = {0};
  int64_t now = 0;
  add_payload(row, &body);
  if (!lw_webhook_key_read(get(row, "secret"), &key) || !lw_int_read(get(row, "now"), &now)) {
    count(sums, false, about, "the vector can't be read");
    return;
  }
  bool valid = lw_webhook_verify(&headers, lw_buf_str(&body), &key, 1, now, &err) == LW_OK;
  count(sums, valid == lw_value_get(row, LW_STR("valid"))->boolean, about,
        valid ? "it was accepted" : err.text);
  lw_buf_finish(&body);
}

static bool read_file(const char *path, struct lw_buf *out)
{
  FILE *file = fopen(path, "rbe");
  if (file == NULL) {
    return false;
  }
  char block[4096];
  size_t len;
  while ((len = fread(block, 1, sizeof(block), file)) > 0) {
    lw_buf_add(out, lw_str_from(block, len));
  }
  bool done = ferror(file) == 0;
  (void)fclose(file);
  return done && !out->failed;
}

int main(int argc, char **argv)
{
  struct lw_buf text = {0};
  struct lw_arena arena;
  struct lw_error err = {0};
  struct sums sums = {0};
  const struct lw_value *vectors = NULL;
  struct lw_json_reader *reader = lw_json_reader_create(NULL);
  lw_arena_init(&arena, NULL, 0);
  if (argc != 2 || reader == NULL || !lw_crypto_start() || !read_file(argv[1], &text) ||
      lw_json_read(reader, &arena, lw_buf_str(&text), NULL, &vectors, &err) != LW_OK) {
    (void)fprintf(stderr, "conform: the vectors can't be read %s\n", err.text);
    return 3;
  }
  const struct lw_value *sign = lw_value_get(vectors, LW_STR("sign"));
  const struct lw_value *verify = lw_value_get(vectors, LW_STR("verify"));
  for (uint32_t i = 0; i < sign->count; i++) {
    run_sign(&sign->items[i], &sums);
  }
  for (uint32_t i = 0; i < verify->count; i++) {
    run_verify(&verify->items[i], &sums);
  }
  printf("%d passed, %d failed\n", sums.passed, sums.failed);
  lw_json_reader_destroy(reader);
  lw_arena_finish(&arena);
  lw_buf_finish(&text);
  return sums.failed != 0 || sums.passed == 0 ? 1 : 0;
}
