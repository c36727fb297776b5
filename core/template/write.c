/* Values into the page: the hot path of every render. */
#include "template/runtime.h"

#include "base/url.h"
#include "model/nodecode.h"
#include "text/date.h"
#include "text/escape.h"
#include "text/json.h"
#include "text/linked.h"

/* ---- markup ---- */

void nt_write_markup(nt_rendering *run, nt_docref from, const nt_node *node, nt_buf *out) {
  nt_html_write_linked(run->reader, from ? from : run->page->document, node, out);
}

/* ---- values ---- */

static void write_json(const nt_value *value, nt_buf *out) {
  nt_buf json = {0};
  nt_json_write(value, 0, &json);
  nt_escape_attribute(nt_buf_str(&json), out);
  nt_buf_deinit(&json);
}

static void write_value(nt_rendering *run, nt_docref from, const nt_value *value, nt_buf *out) {
  switch (value->type) {
  case NT_NULL: break;
  case NT_BOOL: nt_buf_c(out, value->as.boolean ? "true" : "false"); break;
  case NT_INT: nt_buf_format(out, "%lld", (long long)value->as.integer); break;
  case NT_FLOAT: nt_float_text(value->as.number, out); break;
  case NT_STRING: nt_escape_attribute(value->as.string, out); break;
  case NT_TIME: nt_date_rfc3339(value->as.time, out); break;
  case NT_MARKUP: {
    const nt_node *node = nt_node_decode(value->as.string, run->reader->arena);
    if (node) nt_write_markup(run, from, node, out);
    break;
  }
  default: write_json(value, out);
  }
}

void nt_write(lua_State *L, nt_rendering *run, int index, nt_buf *out) {
  nt_value value;
  nt_kind_of kind = nt_is(L, run, index);
  switch (kind) {
  case NT_IS_UNDEFINED:
  case NT_IS_NULL: break;
  case NT_IS_STRING: nt_escape_attribute(nt_lua_str(L, index), out); break;
  case NT_IS_SAFE: nt_buf_put(out, nt_safe_str(L, index)); break;
  case NT_IS_INT: nt_buf_format(out, "%lld", (long long)lua_tointeger(L, index)); break;
  case NT_IS_FLOAT: nt_float_text(lua_tonumber(L, index), out); break;
  case NT_IS_BOOL: nt_buf_c(out, lua_toboolean(L, index) ? "true" : "false"); break;
  case NT_IS_MARKUP:
  case NT_IS_NODE: nt_write_markup(run, 0, nt_lua_node(L, index), out); break;
  case NT_IS_TIME: nt_date_rfc3339(nt_lua_value(L, index)->as.time, out); break;
  case NT_IS_LIST:
  case NT_IS_DICT:
  case NT_IS_TABLE:
  case NT_IS_VALUE_LIST:
  case NT_IS_VALUE_MAP:
    if (nt_to_value(L, run, index, NT_VALUE_DEPTH, &value)) {
      write_json(&value, out);
      break;
    }
    /* fallthrough */
  default: nt_fail(L, run, NT_MSG_template_cannot_print, nt_is_name(kind));
  }
}

static bool write_document_field(nt_rendering *run, nt_docref document, nt_str key) {
  nt_reader *reader = run->reader;
  if (nt_str_eq(key, NT_STR("body"))) {
    nt_write_markup(run, document, reader->ops->body(reader, document), run->out);
  } else if (nt_str_eq(key, NT_STR("url"))) {
    nt_str url = reader->ops->url(reader, document);
    nt_escape_attribute(nt_url_rooted(reader->site_url, url, reader->arena), run->out);
  } else {
    const nt_value *value = reader->ops->field(reader, document, key);
    if (!value) return false;
    write_value(run, document, value, run->out);
  }
  return true;
}

void nt_write_attr(lua_State *L, nt_rendering *run, int object, nt_str key) {
  if (lua_type(L, object) == LUA_TUSERDATA) {
    nt_lua_kind kind = nt_lua_kind_of(L, object);
    if (kind == NT_LUA_FROZEN && write_document_field(run, nt_lua_frozen(L, object), key)) return;
    const nt_value *found = kind == NT_LUA_VALUE ? nt_map_find(nt_lua_value_read(L, object), key) : NULL;
    if (found) {
      write_value(run, 0, found, run->out);
      return;
    }
  }
  nt_push_attr(L, run, object, key);
  nt_write(L, run, -1, run->out);
}

/* ---- called by chunks ---- */

static void put_literal(nt_rendering *run, const nt_compiled *compiled, lua_Integer literal) {
  if (literal) nt_buf_put(run->out, compiled->literals[literal - 1]);
}

/* Pages are paid for by their bytes, so that a loop cannot write for ever. */
static void charge(lua_State *L, nt_rendering *run, size_t before) {
  run->written += run->out->len - before;
  if (run->written < NT_BYTES_AT_ONCE) return;
  size_t steps = run->written / NT_BYTES_PER_STEP;
  run->written = 0;
  nt_vm_charge(L, steps);
}

static int op_lit(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  size_t before = run->out->len;
  put_literal(run, lua_touserdata(L, 1), lua_tointeger(L, 2));
  charge(L, run, before);
  return 0;
}

static int op_out(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  size_t before = run->out->len;
  put_literal(run, lua_touserdata(L, 1), lua_tointeger(L, 2));
  nt_write(L, run, 3, run->out);
  charge(L, run, before);
  return 0;
}

static int op_outa(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  size_t before = run->out->len;
  put_literal(run, lua_touserdata(L, 1), lua_tointeger(L, 2));
  nt_write_attr(L, run, 3, nt_lua_str(L, 4));
  charge(L, run, before);
  return 0;
}

static int op_begin(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  if (run->catching == run->captures.len) nt_push(&run->captures, (nt_buf *)nt_zalloc(sizeof(nt_buf)));
  run->out = run->captures.items[run->catching++];
  nt_buf_clear(run->out);
  return 0;
}

static nt_buf *caught(nt_rendering *run) {
  nt_buf *buf = run->captures.items[--run->catching];
  run->out = run->catching ? run->captures.items[run->catching - 1] : run->page_out;
  return buf;
}

static int op_finish(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_push_safe(L, run, nt_buf_str(caught(run)));
  return 1;
}

static int op_drop(lua_State *L) {
  caught(nt_rendering_of(L));
  return 0;
}

const luaL_Reg nt_write_ops[] = {{"lit", op_lit},       {"out", op_out},   {"outa", op_outa}, {"begin", op_begin},
                                 {"finish", op_finish}, {"drop", op_drop}, {NULL, NULL}};
