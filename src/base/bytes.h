/* Numbers as bytes that last: big-endian where a dump is read by eye or keys are compared as bytes,
 * little-endian where neither matters. Any alignment. */
#ifndef LW_BASE_BYTES_H
#define LW_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/* What the machine has, turned when the bytes are the other way round: its own inverse. */
static inline uint64_t lw_order_be64(uint64_t number)
{
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(number) : number;
}

static inline uint64_t lw_order_le64(uint64_t number)
{
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? number : __builtin_bswap64(number);
}

static inline void lw_put_be64(char *place, uint64_t number)
{
  number = lw_order_be64(number);
  memcpy(place, &number, sizeof number);
}

static inline uint64_t lw_get_be64(const char *place)
{
  uint64_t number = 0;
  memcpy(&number, place, sizeof number);
  return lw_order_be64(number);
}

static inline void lw_put_le64(char *place, uint64_t number)
{
  number = lw_order_le64(number);
  memcpy(place, &number, sizeof number);
}

static inline uint64_t lw_get_le64(const char *place)
{
  uint64_t number = 0;
  memcpy(&number, place, sizeof number);
  return lw_order_le64(number);
}

static inline void lw_put_be32(char *place, uint32_t number)
{
  char bytes[8];
  lw_put_be64(bytes, number);
  memcpy(place, bytes + 4, 4);
}

static inline uint32_t lw_get_be32(const char *place)
{
  const unsigned char *bytes = (const unsigned char *)place;
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void lw_put_be16(char *place, uint16_t number)
{
  place[0] = (char)(unsigned char)(number >> 8);
  place[1] = (char)(unsigned char)(number & 0xFF);
}

static inline uint16_t lw_get_be16(const char *place)
{
  const unsigned char *bytes = (const unsigned char *)place;
  return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

#endif
