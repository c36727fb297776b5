/* Markdown by both sources, loaded as the engine loads them: every node has a place in the text, the tree survives its
 * encoding, and HTML comes out. */
#include "host/host.h"
#include "model/nodecode.h"
#include "text/html.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "# A *b* `c`\n\npara [l](u \"t\") ![i](<v w>)\nsoft\\\nhard  \nbreak <b x='y'>&amp;\\*\n",
    "> - a\n>   b [r][R] [r] [r][]\nlazy\n> 1. c\n>\n>    d\n\n[r]: /x 'y'\n",
    "| a | b \\| c |\n|:-:|--|\n| `x \\| y` | [l](m) ~~s~~ |\n| z\n",
    "a[^1] b[^x]c[^1]\n\n[^1]: n[^x]\n    m\n\n[^x]: > q\n",
    "- [ ] t http://a.se/b?c=(d) www.e.se, f@g.se\n- [x] u\n\n  ***v** w*\n",
    "~~~ lua x\ncode\n~~~\n\n    indented\n\n<div>\nraw\n</div>\n\nSet\n===\n***\n",
    "\xEF\xBB\xBF\t> a\r\n>\tb\r\rc\n\n[A\n b]: <x\\>y> (t)\n[a b]![a  B][]\n",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

typedef struct source {
  const nt_plugin *plugin;
  void *self;
} source;

static source open_source(nt_host *host, const char *name) {
  const char *build = getenv("NOTIS_BUILD_DIR");
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  source s = {0};
  nt_diags_init(&diags, arena);
  notis_call call = {.arena = arena, .diags = &diags};
  s.plugin = nt_host_load(host, nt_arena_format(arena, "%s/plugins/%s.so", build ? build : "../..", name), &diags);
  require(s.plugin && s.plugin->source.open(&nt_services, &call, NULL, NULL, &s.self) == NOTIS_OK);
  nt_arena_free(arena);
  return s;
}

static void check_places(const nt_document *document, nt_str text) {
  uint32_t lines = 1;
  for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n' || text.ptr[i] == '\r';
  for (size_t i = 0; i < document->position_count; i++) {
    const nt_node_pos *pos = &document->positions[i];
    require(pos->line >= 1 && pos->line <= lines && pos->column >= 1 && pos->column <= text.len + 1);
    require(pos->text_line <= lines && pos->text_column <= text.len + 1);
  }
}

static void check(const source *s, nt_str text) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_document document = {0};
  nt_buf out = {0};
  nt_diags_init(&diags, arena);
  notis_call call = {.arena = arena, .diags = &diags};
  notis_item item = {.size = sizeof item, .body = {text.ptr, text.len}, .body_at = {1, 1, 0}};
  notis_builder *builder = nt_builder_new(arena, &diags, NT_STR("a.md"));
  notis_status status = s->plugin->source.parse(s->self, &call, &item, builder);
  nt_builder_finish(builder, &document);
  require((status == NOTIS_OK) == (diags.len == 0));
  check_places(&document, text);
  nt_node_encode(document.body, &out);
  nt_node *decoded = nt_node_decode(nt_buf_str(&out), arena);
  require(decoded && nt_node_hash(decoded) == nt_node_hash(document.body));
  nt_buf html = {0};
  nt_html_write(decoded, NULL, &html);
  nt_buf_deinit(&html);
  nt_buf_deinit(&out);
  nt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static nt_host *host;
  static source sources[2];
  if (!host) {
    host = nt_host_new();
    sources[0] = open_source(host, "source_commonmark");
    sources[1] = open_source(host, "source_markdown");
  }
  nt_str text = nt_str_n((const char *)data, size);
  check(&sources[0], text);
  check(&sources[1], text);
  return 0;
}
