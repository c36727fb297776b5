#include "text/linked.h"

#include "base/url.h"
#include "text/html.h"

typedef struct view {
  nt_reader *reader;
  nt_docref from;
} view;

static nt_html_link resolve(void *ud, const nt_node *node, nt_str destination, nt_str *out) {
  view *v = ud;
  nt_code why;
  nt_read found = NT_READ_ABSENT;
  if (v->from && v->reader->ops->resolve) found = v->reader->ops->resolve(v->reader, v->from, destination, out, &why);
  if (found == NT_READ_FAILED) return NT_HTML_DEAD;
  return found == NT_READ_OK ? NT_HTML_MOVED : NT_HTML_KEEP;
}

static bool size(void *ud, const nt_node *image, uint32_t *width, uint32_t *height) {
  view *v = ud;
  nt_reader *reader = v->reader;
  nt_file_facts facts;
  if (!v->from || !reader->ops->file) return false;
  const nt_value *id = reader->ops->field(reader, v->from, NT_STR("id"));
  nt_str path = nt_str_sub(image->text, 0, nt_url_path_length(image->text));
  if (reader->ops->file(reader, nt_value_str(id), path, &facts) != NT_READ_OK || !facts.width) return false;
  *width = facts.width;
  *height = facts.height;
  return true;
}

/* Of the site's own messages; if it has none by that name, the writer's word stands. */
static nt_str word(void *ud, nt_str key) {
  view *v = ud;
  nt_str text;
  nt_read found = v->reader->ops->message(v->reader, v->reader->lang, key, &text);
  return found == NT_READ_OK ? text : nt_str_n(NULL, 0);
}

void nt_html_write_linked(nt_reader *reader, nt_docref from, const nt_node *node, nt_buf *out) {
  view v = {reader, from};
  nt_html_options options = {.resolve = resolve, .size = size, .word = word, .accessible = true, .ud = &v};
  nt_html_write(node, &options, out);
}
