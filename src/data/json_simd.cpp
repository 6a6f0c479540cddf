/* simdjson's first stage behind a C face.
 *
 * simdjson works in two stages: the first finds where tokens begin, and checks UTF-8 and strings,
 * with the processor's vectors (the kernel is chosen at run time); the second is the grammar. Only
 * the first is used. The grammar is json_read.c's: it costs few instructions a token, gives exact
 * numbers, places of errors and our builder without a tree in between, and needs neither a padded
 * copy of the text nor simdjson's On-Demand templates. The first stage is one virtual function,
 * which simdjson's headers show but call private: unit tests hold what json_simd.h says of it.
 *
 * Nothing here throws: simdjson asks for memory with std::nothrow and answers with codes, so that
 * the file is compiled without exceptions and without run-time types. */
#include "data/json_simd.h"

#include <memory>
#include <simdjson.h>

using simdjson::internal::dom_parser_implementation;

namespace {

constexpr size_t CAPACITY_BYTES_MIN = 4096;
constexpr size_t CAPACITY_BYTES_KEPT = size_t{1} << 20; /* its index takes 4 MB */
constexpr size_t TEXT_BYTES_MAX = size_t{1} << 31;

dom_parser_implementation *parser_of(lw_json_simd *simd)
{
  return reinterpret_cast<dom_parser_implementation *>(simd);
}

/* By doubling, so that texts that grow little by little do not each cost an allocation. */
size_t capacity_for(size_t len)
{
  size_t capacity = CAPACITY_BYTES_MIN;
  while (capacity < len) {
    capacity *= 2;
  }
  return capacity;
}

} // namespace

lw_json_simd_result lw_json_simd_reserve(lw_json_simd **simd, size_t len)
{
  dom_parser_implementation *parser = parser_of(*simd);
  if (parser != nullptr && len <= parser->capacity() &&
      (len > CAPACITY_BYTES_KEPT || parser->capacity() <= CAPACITY_BYTES_KEPT)) {
    return LW_JSON_SIMD_DONE;
  }
  delete parser;
  *simd = nullptr;
  if (len > TEXT_BYTES_MAX) {
    return LW_JSON_SIMD_TOO_LARGE;
  }
  std::unique_ptr<dom_parser_implementation> made;
  /* Depth is the second stage's: 1 is as good as any. */
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(
          capacity_for(len), 1, made) != simdjson::SUCCESS) {
    return LW_JSON_SIMD_NO_MEMORY;
  }
  *simd = reinterpret_cast<lw_json_simd *>(made.release());
  return LW_JSON_SIMD_DONE;
}

lw_json_simd_result lw_json_simd_index(lw_json_simd *simd, const char *text, size_t len,
                                       lw_json_tokens *ret_tokens)
{
  dom_parser_implementation *parser = parser_of(simd);
  if (len == 0 || parser->stage1(reinterpret_cast<const uint8_t *>(text), len,
                                 simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return LW_JSON_SIMD_REFUSED;
  }
  /* There is room behind the last: simdjson keeps three more there, for its own second stage. */
  parser->structural_indexes[parser->n_structural_indexes] = static_cast<uint32_t>(len);
  ret_tokens->starts = parser->structural_indexes.get();
  ret_tokens->count = parser->n_structural_indexes;
  return LW_JSON_SIMD_DONE;
}

void lw_json_simd_destroy(lw_json_simd *simd)
{
  delete parser_of(simd);
}
