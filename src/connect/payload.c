/* An entry's body holds references to free texts ({"text","sha256"}) and what was said about the
 * customer (facts, meta). Unless the endpoint was given texts, both stay away: whoever receives
 * webhooks gets ids, amounts, rules, verdicts and times. Names that callers give to their free
 * members are listed once, below. */
#include "connect/payload.h"

#include "base/bounds.h"
#include "connect/webhook.h"
#include "ledger/text.h"

/* Members that may hold what somebody wrote or what is known about a customer. */
static const lw_str private_members[] = {
    LW_STR_INIT("because"), LW_STR_INIT("email"), LW_STR_INIT("evidence"), LW_STR_INIT("facts"),
    LW_STR_INIT("meta"),    LW_STR_INIT("name"),  LW_STR_INIT("note"),     LW_STR_INIT("stored"),
};

/* Half of a body, and some: the other half is the structure. */
enum { WORDS_BYTES_MAX = 14 * 1000 };

struct writer {
  const struct lw_payload_options *options;
  lw_str words; /* members beside "data"; or empty */
  struct lw_buf *out;
  struct lw_error *err;
};

static bool is_private(lw_str key)
{
  for (size_t i = 0; i < sizeof(private_members) / sizeof(private_members[0]); i++) {
    if (lw_str_equal(private_members[i], key)) {
      return true;
    }
  }
  return false;
}

static bool is_reference(const struct lw_value *value)
{
  const struct lw_value *text = lw_value_get(value, LW_STR("text"));
  return value->kind == LW_VALUE_MAP && value->count == 2 && text != NULL &&
         text->kind == LW_VALUE_STRING && lw_value_get(value, LW_STR("sha256")) != NULL;
}

static bool stays_away(const struct writer *writer, lw_str key, const struct lw_value *value)
{
  return !writer->options->texts && (is_private(key) || is_reference(value));
}

static enum lw_code add_text(const struct writer *writer, const struct lw_value *reference)
{
  const struct lw_payload_options *options = writer->options;
  lw_str text = {NULL, 0};
  enum lw_code rc = lw_text_get(options->db, reference, options->arena, &text, writer->err);
  if (rc != LW_OK && rc != LW_NOT_FOUND) {
    return rc;
  }
  if (text.ptr == NULL) {
    LW_BUF_LIT(writer->out, "null");
  } else {
    lw_json_add_string(writer->out, text);
  }
  return LW_OK;
}

static enum lw_code add_value(const struct writer *writer, const struct lw_value *value);

static enum lw_code add_members(const struct writer *writer, const struct lw_value *map)
{
  bool first = true;
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(writer->out, "{");
  for (uint32_t i = 0; rc == LW_OK && i < map->count; i++) {
    if (stays_away(writer, map->entries[i].key, &map->items[i])) {
      continue;
    }
    lw_buf_add_c(writer->out, first ? "" : ",");
    lw_json_add_string(writer->out, map->entries[i].key);
    LW_BUF_LIT(writer->out, ":");
    rc = add_value(writer, &map->items[i]);
    first = false;
  }
  LW_BUF_LIT(writer->out, "}");
  return rc;
}

/* As deep as JSON is read: LW_VALUE_DEPTH_MAX. */
static enum lw_code add_value(const struct writer *writer, const struct lw_value *value)
{
  if (is_reference(value)) {
    if (writer->options->texts) {
      return add_text(writer, value);
    }
    LW_BUF_LIT(writer->out, "null");
    return LW_OK;
  }
  if (value->kind == LW_VALUE_MAP) {
    return add_members(writer, value);
  }
  if (value->kind != LW_VALUE_LIST) {
    lw_json_add_value(writer->out, value);
    return LW_OK;
  }
  enum lw_code rc = LW_OK;
  LW_BUF_LIT(writer->out, "[");
  for (uint32_t i = 0; rc == LW_OK && i < value->count; i++) {
    lw_buf_add_c(writer->out, i == 0 ? "" : ",");
    rc = add_value(writer, &value->items[i]);
  }
  LW_BUF_LIT(writer->out, "]");
  return rc;
}

/* A policy that does not hold, and what it said to a request: for those who change the policy
 * alone. */
static bool is_shadow(const struct lw_entry_view *entry, lw_str key)
{
  bool started = lw_str_equal(entry->kind, lw_event_name(LW_EVENT_POLICY_SHADOW_STARTED));
  return started ? lw_str_equal(key, LW_STR("source"))
                 : lw_str_equal(entry->kind, lw_event_name(LW_EVENT_DECISION)) &&
                       lw_str_equal(key, LW_STR("shadow"));
}

static void add_head(lw_str type, lw_usec at, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"type\":");
  lw_json_add_string(out, type);
  LW_BUF_LIT(out, ",\"timestamp\":\"");
  lw_rfc3339_print(at / LW_USEC_PER_SECOND, (uint32_t)(at % LW_USEC_PER_SECOND) * 1000, out);
  LW_BUF_LIT(out, "\",\"data\":{");
}

static void add_left_out(const struct lw_value *body, const bool *left_out, struct lw_buf *out)
{
  bool first = true;
  for (uint32_t i = 0; i < body->count; i++) {
    if (left_out[i] && out->len < LW_WEBHOOK_BODY_BYTES_MAX - 200) {
      lw_buf_add_c(out, first ? ",\"left_out\":[" : ",");
      lw_json_add_string(out, lw_str_slice(body->entries[i].key, 0, 100));
      first = false;
    }
  }
  lw_buf_add_c(out, first ? "" : "]");
}

/* One attempt: members over member_max bytes stay away. */
static enum lw_code add_body(const struct writer *writer, const struct lw_entry_view *entry,
                             const struct lw_value *body, size_t member_max, bool *left_out)
{
  struct lw_buf *out = writer->out;
  add_head(entry->kind, entry->at, out);
  lw_buf_printf(out, "\"seq\":%llu,\"actor\":", (unsigned long long)entry->seq);
  lw_json_add_string(out, entry->actor);
  for (uint32_t i = 0; i < body->count; i++) {
    lw_str key = body->entries[i].key;
    left_out[i] = false;
    if (stays_away(writer, key, &body->items[i]) || is_shadow(entry, key) ||
        lw_str_equal(key, LW_STR("seq")) || lw_str_equal(key, LW_STR("actor")) ||
        lw_str_equal(key, LW_STR("left_out"))) {
      continue;
    }
    size_t before = out->len;
    LW_BUF_LIT(out, ",");
    lw_json_add_string(out, key);
    LW_BUF_LIT(out, ":");
    enum lw_code rc = add_value(writer, &body->items[i]);
    if (rc != LW_OK) {
      return rc;
    }
    if (out->len - before > member_max) {
      out->len = before;
      left_out[i] = true;
    }
  }
  add_left_out(body, left_out, out);
  LW_BUF_LIT(out, "}");
  if (writer->words.len != 0) {
    LW_BUF_LIT(out, ",");
    lw_buf_add(out, writer->words);
  }
  LW_BUF_LIT(out, "}");
  return out->failed ? lw_fail(writer->err, LW_NO_MEMORY, "out of memory") : LW_OK;
}

/* What is too long for a body beside what it has to say is not said. */
static enum lw_code make_words(struct writer *writer, const struct lw_entry_view *entry,
                               const struct lw_value *body)
{
  const struct lw_payload_words *words = &writer->options->words;
  struct lw_buf out = {0};
  enum lw_code rc = words->say != NULL
                        ? words->say(words->user, writer->options, entry, body, &out, writer->err)
                        : LW_OK;
  if (rc == LW_OK && out.len <= WORDS_BYTES_MAX) {
    writer->words = lw_str_copy(writer->options->arena, lw_buf_str(&out));
    rc = out.failed || (out.len != 0 && writer->words.ptr == NULL)
             ? lw_fail(writer->err, LW_NO_MEMORY, "out of memory")
             : LW_OK;
  }
  lw_buf_finish(&out);
  return rc;
}

static enum lw_code write_body(const struct writer *writer, const struct lw_entry_view *entry,
                               const struct lw_value *body)
{
  static const size_t member_max[] = {LW_WEBHOOK_BODY_BYTES_MAX, 2000, 200, 0};
  struct lw_buf *out = writer->out;
  bool *left_out = LW_NEW_ARRAY(writer->options->arena, bool, (size_t)body->count + 1);
  if (left_out == NULL) {
    return lw_fail(writer->err, LW_NO_MEMORY, "out of memory");
  }
  size_t before = out->len;
  for (size_t i = 0; i < sizeof(member_max) / sizeof(member_max[0]); i++) {
    out->len = before;
    enum lw_code rc = add_body(writer, entry, body, member_max[i], left_out);
    if (rc != LW_OK || out->len - before <= LW_WEBHOOK_BODY_BYTES_MAX) {
      return rc;
    }
  }
  return lw_fail(writer->err, LW_LIMIT, "the entry does not fit into a webhook");
}

enum lw_code lw_payload_write(const struct lw_payload_options *options,
                              const struct lw_entry_view *entry, struct lw_buf *out,
                              struct lw_error *err)
{
  struct writer writer = {.options = options, .out = out, .err = err};
  const struct lw_value *body = NULL;
  enum lw_code rc = lw_json_read(options->reader, options->arena, entry->body, NULL, &body, err);
  if (rc != LW_OK) {
    return rc;
  }
  if (body->kind != LW_VALUE_MAP) {
    return lw_fail(err, LW_INVALID, "the entry's body is no JSON object");
  }
  rc = make_words(&writer, entry, body);
  return rc == LW_OK ? write_body(&writer, entry, body) : rc;
}

void lw_payload_write_test(lw_str endpoint, lw_usec now, struct lw_buf *out)
{
  add_head(LW_STR("webhook.test"), now, out);
  LW_BUF_LIT(out, "\"webhook\":");
  lw_json_add_string(out, endpoint);
  LW_BUF_LIT(out, "}}");
}
