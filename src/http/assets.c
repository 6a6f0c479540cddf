/* Files of the console, from memory. Those whose names carry a hash are kept by browsers for good;
 * the others are asked for anew with their tag. Two forms have two tags: what a cache has
 * compressed is not the same bytes. */
#include "http/assets.h"

#include "http/api.h"

const struct lw_asset *lw_asset_find(lw_str path)
{
  size_t from = 0;
  size_t to = lw_assets_count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    int order = lw_str_compare(lw_assets[middle].path, path);
    if (order == 0) {
      return &lw_assets[middle];
    }
    from = order < 0 ? middle + 1 : from;
    to = order < 0 ? to : middle;
  }
  return NULL;
}

const struct lw_page_head *lw_page_head_find(lw_str surface, lw_str language)
{
  const struct lw_page_head *found = NULL;
  int best = 0;
  for (size_t i = 0; i < lw_page_heads_count; i++) {
    const struct lw_page_head *head = &lw_page_heads[i];
    int fits = lw_str_equal(head->surface, surface) ? 4 : (head->surface.len == 0 ? 2 : -2);
    fits += lw_str_equal(head->language, language) ? 1 : 0;
    if (fits > best) {
      found = head;
      best = fits;
    }
  }
  return found;
}

const struct lw_look *lw_look_find(lw_str name, lw_str language)
{
  for (size_t i = 0; i < lw_looks_count; i++) {
    if (lw_str_equal(lw_looks[i].name, name) && lw_str_equal(lw_looks[i].language, language)) {
      return &lw_looks[i];
    }
  }
  return NULL;
}

/* If-None-Match: tags with commas between, or a star; a weak one (W/) names the same bytes here. */
static bool names_tag(lw_str header, lw_str tag)
{
  return lw_str_equal(lw_str_trim(header), LW_STR("*")) || lw_str_find(header, tag, 0) != SIZE_MAX;
}

static void reply_file(struct lw_call *call, const struct lw_asset *asset)
{
  struct lw_exchange *exchange = lw_exchange_of(call);
  bool small = asset->gzip.len != 0 &&
               lw_header_weight(exchange->headers[LW_HEADER_ACCEPT_ENCODING], LW_STR("gzip")) != 0;
  lw_str tag = lw_str_c(small ? asset->tag_gzip : asset->tag);
  exchange->cache = asset->immutable ? "public, max-age=31536000, immutable" : "no-cache";
  lw_call_add_header(call, "ETag", tag);
  lw_call_add_header(call, "Vary", LW_STR("Accept-Encoding"));
  lw_call_add_header(call, "Cross-Origin-Resource-Policy", LW_STR("same-origin"));
  if (names_tag(exchange->headers[LW_HEADER_IF_NONE_MATCH], tag)) {
    lw_call_reply_fixed(call, 304, asset->type, (lw_str){NULL, 0});
    return;
  }
  if (small) {
    lw_call_add_header(call, "Content-Encoding", LW_STR("gzip"));
  }
  lw_call_reply_fixed(call, 200, asset->type, small ? asset->gzip : asset->plain);
}

/* Also /favicon.svg and /manifest.webmanifest, each by a route of its own. */
void lw_page_asset(struct lw_call *call)
{
  const struct lw_asset *asset = lw_asset_find(call->path);
  if (asset != NULL) {
    reply_file(call, asset);
  } else if (lw_assets_count == 0) {
    lw_call_fail(call, LW_NOT_FOUND, "this program was built without its console");
  } else {
    lw_call_fail(call, LW_NOT_FOUND, "there is no such file; an older page may ask for it: reload");
  }
}
