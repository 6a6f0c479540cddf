/* Links to other pages: [[slug]], [[slug|words]], and what Markdown has for files that lie next to
 * each other, [words](slug.md). What stands in code is none. */
#include "guide/page_inside.h"

static bool is_fence(lw_str body, size_t at)
{
  lw_str line = lw_str_trim(lw_str_slice(body, at, 8));
  return lw_str_starts(line, LW_STR("```")) || lw_str_starts(line, LW_STR("~~~"));
}

static size_t find_in_line(lw_str body, const char *what, size_t from)
{
  size_t end = lw_str_find(body, LW_STR("\n"), from);
  size_t found = lw_str_find(body, lw_str_c(what), from);
  return found != SIZE_MAX && (end == SIZE_MAX || found < end) ? found : SIZE_MAX;
}

/* "./slug.md#part" to "slug"; empty: it leads elsewhere. */
static lw_str slug_in(lw_str address)
{
  static const lw_str own = LW_STR_INIT("/train/pages/");
  size_t part = lw_str_find(address, LW_STR("#"), 0);
  address = part != SIZE_MAX ? lw_str_slice(address, 0, part) : address;
  if (lw_str_starts(address, own)) {
    return lw_str_slice(address, own.len, address.len - own.len);
  }
  if (lw_str_starts(address, LW_STR("./"))) {
    address = lw_str_slice(address, 2, address.len - 2);
  }
  if (!lw_str_ends(address, LW_STR(".md")) || lw_str_find(address, LW_STR(":"), 0) != SIZE_MAX) {
    return LW_STR("");
  }
  return lw_str_slice(address, 0, address.len - 3);
}

/* Behind "[[". */
static bool take_double(struct lw_page_links *links, struct lw_page_link *ret_link)
{
  size_t end = find_in_line(links->body, "]]", links->at);
  if (end == SIZE_MAX) {
    return false;
  }
  lw_str inside = lw_str_slice(links->body, links->at, end - links->at);
  size_t bar = lw_str_find(inside, LW_STR("|"), 0);
  lw_str to = bar != SIZE_MAX ? lw_str_slice(inside, 0, bar) : inside;
  *ret_link = (struct lw_page_link){lw_str_trim(to), links->line};
  links->at = end + 2;
  return ret_link->to.len != 0;
}

/* Behind "](". */
static bool take_address(struct lw_page_links *links, struct lw_page_link *ret_link)
{
  size_t end = find_in_line(links->body, ")", links->at);
  if (end == SIZE_MAX) {
    return false;
  }
  lw_str address = lw_str_trim(lw_str_slice(links->body, links->at, end - links->at));
  size_t blank = lw_str_find(address, LW_STR(" "), 0);
  *ret_link = (struct lw_page_link){
      slug_in(blank != SIZE_MAX ? lw_str_slice(address, 0, blank) : address), links->line};
  links->at = end + 1;
  return ret_link->to.len != 0;
}

static void next_line(struct lw_page_links *links)
{
  links->line++;
  links->at++;
}

bool lw_page_links_next(struct lw_page_links *links, struct lw_page_link *ret_link)
{
  while (links->at < links->body.len) {
    char c = links->body.ptr[links->at];
    bool begins = links->at == 0 || links->body.ptr[links->at - 1] == '\n';
    if (begins && is_fence(links->body, links->at)) {
      links->fenced = !links->fenced;
    }
    if (c == '\n') {
      next_line(links);
      continue;
    }
    size_t from = links->at++;
    lw_str rest = lw_str_slice(links->body, from, 2);
    size_t code = c == '`' ? find_in_line(links->body, "`", links->at) : SIZE_MAX;
    if (code != SIZE_MAX) {
      links->at = code + 1;
    } else if (!links->fenced && lw_str_equal(rest, LW_STR("[["))) {
      links->at++;
      if (take_double(links, ret_link)) {
        return true;
      }
    } else if (!links->fenced && lw_str_equal(rest, LW_STR("]("))) {
      links->at++;
      if (take_address(links, ret_link)) {
        return true;
      }
    }
  }
  return false;
}
