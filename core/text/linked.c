#include "text/linked.h"

#include "text/html.h"

typedef struct view {
  nt_reader *reader;
  nt_docref from;
  bool absolute;
} view;

/* "https://region.example" of "https://region.example/bas". */
static nt_str origin_of(nt_str site_url) {
  size_t host = nt_str_search(site_url, NT_STR("://"));
  if (host == site_url.len) return nt_str_n("", 0);
  nt_str rest = nt_str_sub(site_url, host + 3, site_url.len);
  return nt_str_sub(site_url, 0, host + 3 + nt_str_find(rest, '/'));
}

static nt_str made_absolute(view *v, nt_str url) {
  nt_reader *reader = v->reader;
  if (nt_str_starts(url, NT_STR("//"))) return nt_arena_format(reader->arena, "https:%.*s", NT_FMT(url));
  if (nt_str_starts(url, NT_STR("/")))
    return nt_arena_format(reader->arena, "%.*s%.*s", NT_FMT(origin_of(reader->site_url)), NT_FMT(url));
  if (!nt_str_starts(url, NT_STR("#")) && !nt_str_starts(url, NT_STR("?"))) return url;
  nt_str site = reader->site_url, own = v->from ? reader->ops->url(reader, v->from) : nt_str_n("", 0);
  while (site.len && site.ptr[site.len - 1] == '/') site.len--;
  return nt_arena_format(reader->arena, "%.*s%.*s%.*s", NT_FMT(site), NT_FMT(own), NT_FMT(url));
}

static nt_html_link resolve(void *ud, const nt_node *node, nt_str destination, nt_str *out) {
  view *v = ud;
  nt_code why;
  nt_read found = NT_READ_ABSENT;
  if (v->from && v->reader->ops->resolve) found = v->reader->ops->resolve(v->reader, v->from, destination, out, &why);
  if (found == NT_READ_FAILED) return NT_HTML_DEAD;
  if (found == NT_READ_ABSENT) *out = destination;
  if (v->absolute) *out = made_absolute(v, *out);
  return found == NT_READ_OK || v->absolute ? NT_HTML_MOVED : NT_HTML_KEEP;
}

static bool size(void *ud, const nt_node *image, uint32_t *width, uint32_t *height) {
  view *v = ud;
  nt_reader *reader = v->reader;
  nt_file_facts facts;
  if (!v->from || !reader->ops->file) return false;
  const nt_value *id = reader->ops->field(reader, v->from, NT_STR("id"));
  nt_str path = nt_str_sub(image->text, 0, nt_str_find(image->text, '?'));
  path = nt_str_sub(path, 0, nt_str_find(path, '#'));
  if (reader->ops->file(reader, nt_value_str(id), path, &facts) != NT_READ_OK || !facts.width) return false;
  *width = facts.width;
  *height = facts.height;
  return true;
}

void nt_html_write_linked(nt_reader *reader, nt_docref from, const nt_node *node, bool absolute, nt_buf *out) {
  view v = {reader, from, absolute};
  nt_html_options options = {.resolve = resolve, .size = size, .ud = &v};
  nt_html_write(node, &options, out);
}
