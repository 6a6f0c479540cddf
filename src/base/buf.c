#include "base/buf.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void lw_buf_finish(struct lw_buf *buf)
{
  if (buf->allocator != NULL && buf->ptr != NULL) {
    buf->allocator->release(buf->allocator->user, buf->ptr);
  } else {
    free(buf->ptr);
  }
  *buf = (struct lw_buf){.allocator = buf->allocator};
}

void lw_buf_reset(struct lw_buf *buf)
{
  buf->len = 0;
  buf->failed = false;
}

/* As realloc; what an allocator gave can only grow by a copy. */
static char *grow(const struct lw_buf *buf, size_t size_bytes)
{
  const struct lw_allocator *memory = buf->allocator;
  if (memory == NULL) {
    return realloc(buf->ptr, size_bytes);
  }
  char *grown = memory->alloc(memory->user, size_bytes);
  if (grown != NULL && buf->ptr != NULL) {
    memcpy(grown, buf->ptr, buf->len);
    memory->release(memory->user, buf->ptr);
  }
  return grown;
}

char *lw_buf_reserve_slow(struct lw_buf *buf, size_t more)
{
  if (buf->failed || more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
    buf->failed = true;
    return NULL;
  }
  size_t want = buf->capacity < 256 ? 256 : buf->capacity * 2;
  if (want < buf->len + more) {
    want = buf->len + more;
  }
  char *grown = grow(buf, want);
  if (grown == NULL) {
    buf->failed = true;
    return NULL;
  }
  buf->ptr = grown;
  buf->capacity = want;
  return grown + buf->len;
}

void lw_buf_add_c(struct lw_buf *buf, const char *terminated)
{
  lw_buf_add(buf, lw_str_c(terminated));
}

void lw_buf_add_uint(struct lw_buf *buf, uint64_t number)
{
  char digits[20];
  const char *end = digits + sizeof digits;
  const char *at = lw_digits_before(digits + sizeof digits, number);
  lw_buf_add(buf, lw_str_from(at, (size_t)(end - at)));
}

void lw_buf_add_int(struct lw_buf *buf, int64_t number)
{
  if (number < 0) {
    lw_buf_add_char(buf, '-');
    lw_buf_add_uint(buf, (uint64_t)0 - (uint64_t)number);
  } else {
    lw_buf_add_uint(buf, (uint64_t)number);
  }
}

void lw_buf_printf(struct lw_buf *buf, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (len >= 0) {
    char *place = lw_buf_reserve(buf, (size_t)len + 1);
    if (place != NULL) {
      (void)vsnprintf(place, (size_t)len + 1, format, again);
      buf->len += (size_t)len;
    }
  }
  va_end(again);
}
