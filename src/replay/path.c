/* Names that begin alike stand together, so a map is closed as soon as a name is not in it. */
#include "replay/path.h"

#include "data/json.h"

/* How many maps two names are both in. */
static uint32_t common_maps(lw_str a, lw_str b)
{
  uint32_t maps = 0;
  for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++) {
    maps += a.ptr[i] == '.';
  }
  return maps;
}

/* The name's part within that many maps. */
static lw_str part_of(lw_str name, uint32_t number)
{
  size_t from = 0;
  for (; number > 0; number--) {
    from = lw_str_find(name, LW_STR("."), from) + 1;
  }
  size_t to = lw_str_find(name, LW_STR("."), from);
  return lw_str_from(name.ptr + from, (to == SIZE_MAX ? name.len : to) - from);
}

static void close_to(struct lw_path_writer *writer, uint32_t maps)
{
  for (; writer->open > maps; writer->open--) {
    lw_buf_add_char(writer->out, '}');
  }
}

void lw_path_begin(struct lw_path_writer *writer)
{
  lw_buf_add_char(writer->out, '{');
}

void lw_path_add(struct lw_path_writer *writer, lw_str name, lw_str json)
{
  uint32_t maps = common_maps(name, name);
  close_to(writer, common_maps(writer->last, name));
  lw_buf_add_c(writer->out, writer->any ? "," : "");
  for (; writer->open < maps; writer->open++) {
    lw_json_add_string(writer->out, part_of(name, writer->open));
    LW_BUF_LIT(writer->out, ":{");
  }
  lw_json_add_string(writer->out, part_of(name, maps));
  lw_buf_add_char(writer->out, ':');
  lw_buf_add(writer->out, json);
  writer->last = name;
  writer->any = true;
}

void lw_path_end(struct lw_path_writer *writer)
{
  close_to(writer, 0);
  lw_buf_add_char(writer->out, '}');
}
