/* Entries as bytes. All numbers are big-endian, so that a dump can be read by eye:
 *
 *   length u32 | version u8 | kind's length u8 | actor's length u16 | seq u64 | at i64
 *   | kind | actor | body | hash 32
 *
 * The length counts the whole entry, itself and the hash included; the body takes what the others
 * leave, so that no two numbers could contradict each other. The hash covers the hash of the entry
 * before and everything of this one but itself. As a hash stands at the end of its entry and the
 * next entry follows at once, what the next hash covers is one run of bytes: hashing and verifying
 * take one call and copy nothing. */
#include "ledger/entry.h"

#include "base/bytes.h"
#include "base/check.h"
#include "data/json.h"

static const lw_str event_names[LW_EVENTS] = {
#define LW_EVENT(id, name, told, text) [LW_EVENT_##id] = LW_STR_INIT(name),
#include "ledger/event.def"
#undef LW_EVENT
};

static const enum lw_told event_told[LW_EVENTS] = {
#define LW_EVENT(id, name, told, text) [LW_EVENT_##id] = LW_TOLD_##told,
#include "ledger/event.def"
#undef LW_EVENT
};

lw_str lw_event_name(enum lw_event event)
{
  LW_ASSERT(event < LW_EVENTS);
  return event_names[event];
}

bool lw_event_read(lw_str name, enum lw_event *ret_event)
{
  for (size_t i = 0; i < LW_EVENTS; i++) {
    if (lw_str_equal(event_names[i], name)) {
      *ret_event = (enum lw_event)i;
      return true;
    }
  }
  return false;
}

enum lw_told lw_event_told(enum lw_event event)
{
  LW_ASSERT(event < LW_EVENTS);
  return event_told[event];
}

/* ---- bytes ---- */

/* Where the numbers of the head stand; the length comes first. */
enum { VERSION_AT = 4, KIND_AT = 5, ACTOR_AT = 6, SEQ_AT = 8, MOMENT_AT = 16 };

static char *put_text(char *place, lw_str text)
{
  if (text.len != 0) {
    memcpy(place, text.ptr, text.len);
  }
  return place + text.len;
}

static lw_str get_text(const char **place, size_t len)
{
  lw_str text = {*place, len};
  *place += len;
  return text;
}

size_t lw_entry_size(lw_str kind, lw_str actor, lw_str body)
{
  if (kind.len > UINT8_MAX || actor.len > UINT16_MAX ||
      body.len > UINT32_MAX - LW_ENTRY_BYTES_MIN - UINT8_MAX - UINT16_MAX) {
    return SIZE_MAX;
  }
  return LW_ENTRY_BYTES_MIN + kind.len + actor.len + body.len;
}

void lw_entry_write(const struct lw_entry_view *entry, size_t size_bytes, char *place)
{
  const char *end = place + size_bytes - LW_HASH_BYTES;
  lw_put_be32(place, (uint32_t)size_bytes);
  place[VERSION_AT] = LW_ENTRY_VERSION;
  place[KIND_AT] = (char)(unsigned char)entry->kind.len;
  lw_put_be16(place + ACTOR_AT, (uint16_t)entry->actor.len);
  lw_put_be64(place + SEQ_AT, entry->seq);
  lw_put_be64(place + MOMENT_AT, (uint64_t)entry->at);
  place += LW_ENTRY_HEAD_BYTES;
  place = put_text(place, entry->kind);
  place = put_text(place, entry->actor);
  place = put_text(place, entry->body);
  LW_ASSERT(place == end);
}

bool lw_entry_read(lw_str bytes, size_t *offset, struct lw_entry_view *ret_entry)
{
  size_t room = bytes.len - *offset;
  if (*offset > bytes.len || room < LW_ENTRY_BYTES_MIN) {
    return false;
  }
  const char *place = bytes.ptr + *offset;
  size_t size_bytes = lw_get_be32(place);
  size_t kind_len = (unsigned char)place[KIND_AT];
  size_t actor_len = lw_get_be16(place + ACTOR_AT);
  if (place[VERSION_AT] != LW_ENTRY_VERSION || size_bytes > room ||
      size_bytes < LW_ENTRY_BYTES_MIN + kind_len + actor_len) {
    return false;
  }
  struct lw_entry_view entry = {.seq = lw_get_be64(place + SEQ_AT),
                                .at = (lw_usec)lw_get_be64(place + MOMENT_AT)};
  place += LW_ENTRY_HEAD_BYTES;
  entry.kind = get_text(&place, kind_len);
  entry.actor = get_text(&place, actor_len);
  entry.body = get_text(&place, size_bytes - LW_ENTRY_BYTES_MIN - kind_len - actor_len);
  memcpy(entry.hash.bytes, place, LW_HASH_BYTES);
  *ret_entry = entry;
  *offset += size_bytes;
  return true;
}

/* ---- as JSON ---- */

void lw_entry_print(const struct lw_entry_view *entry, struct lw_buf *out)
{
  LW_BUF_LIT(out, "{\"seq\":");
  lw_buf_add_uint(out, entry->seq);
  LW_BUF_LIT(out, ",\"at\":\"");
  lw_moment_print(entry->at, out);
  LW_BUF_LIT(out, "\",\"kind\":");
  lw_json_add_string(out, entry->kind);
  LW_BUF_LIT(out, ",\"actor\":");
  lw_json_add_string(out, entry->actor);
  LW_BUF_LIT(out, ",\"body\":");
  lw_buf_add(out, entry->body);
  LW_BUF_LIT(out, ",\"hash\":\"");
  char hex[2 * LW_HASH_BYTES];
  lw_hex_write(entry->hash.bytes, LW_HASH_BYTES, hex);
  lw_buf_add(out, lw_str_from(hex, sizeof hex));
  LW_BUF_LIT(out, "\"}");
}
