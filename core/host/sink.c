/* Sinks: where sources say what came and went, from any thread, at any time, also when they should not. */
#include "host/sink.h"
#include "host/internal.h"

enum { ID_MAX = 4096, FINGERPRINT_MAX = 4096 };

struct notis_sink {
  notis_sink *next;
  const nt_host_engine *engine;
  void *ud;
  nt_str plugin;
  pthread_mutex_t lock; /* guards what follows, and is held while the engine is called */
  bool closed;
  uint64_t late;    /* calls after close, not yet reported */
  uint64_t refused; /* ids that cannot be, not yet reported */
};

notis_sink *nt_sink_new(nt_host *host, nt_str plugin, const nt_host_engine *engine, void *ud) {
  notis_sink *sink = nt_zalloc(sizeof *sink);
  sink->engine = engine;
  sink->ud = ud;
  pthread_mutex_init(&sink->lock, NULL);
  pthread_mutex_lock(&host->sink_lock);
  sink->plugin = nt_arena_str(host->arena, plugin);
  sink->next = host->sinks;
  host->sinks = sink;
  pthread_mutex_unlock(&host->sink_lock);
  return sink;
}

void *nt_sink_ud(const notis_sink *sink) {
  return sink->ud;
}

void nt_sink_close(notis_sink *sink) {
  pthread_mutex_lock(&sink->lock);
  sink->closed = true;
  pthread_mutex_unlock(&sink->lock);
}

void nt_sinks_free(notis_sink *first) {
  for (notis_sink *sink = first, *next; sink; sink = next) {
    next = sink->next;
    pthread_mutex_destroy(&sink->lock);
    free(sink);
  }
}

static void report_sink(notis_sink *sink, nt_diags *diags) {
  pthread_mutex_lock(&sink->lock);
  uint64_t late = sink->late, refused = sink->refused;
  sink->late = sink->refused = 0;
  pthread_mutex_unlock(&sink->lock);
  if (late)
    nt_report(diags, NT_MSG_plugin_sink_closed, (nt_where){0}, sink->plugin,
              nt_arena_format(diags->arena, "%llu", (unsigned long long)late));
  if (refused)
    nt_report(diags, NT_MSG_plugin_sink_refused, (nt_where){0}, sink->plugin,
              nt_arena_format(diags->arena, "%llu", (unsigned long long)refused));
}

void nt_host_report_sinks(nt_host *host, nt_diags *diags) {
  pthread_mutex_lock(&host->sink_lock);
  for (notis_sink *sink = host->sinks; sink; sink = sink->next) report_sink(sink, diags);
  pthread_mutex_unlock(&host->sink_lock);
}

static bool is_text(nt_str s, size_t limit) {
  return s.len <= limit && (s.len == 0 || !memchr(s.ptr, '\0', s.len)) && nt_utf8_check(s) == s.len;
}

static bool is_id(nt_str id) {
  return id.len > 0 && is_text(id, ID_MAX);
}

/* True with the lock held when the call may go on; else *answer says what the plugin gets. */
static bool enter(notis_sink *sink, bool sane, notis_status *answer) {
  *answer = NOTIS_ERROR;
  if (!sink) return false;
  pthread_mutex_lock(&sink->lock);
  if (sink->closed) {
    sink->late++;
    *answer = NOTIS_CLOSED;
  } else if (!sane) {
    sink->refused++;
  } else {
    return true;
  }
  pthread_mutex_unlock(&sink->lock);
  return false;
}

static notis_status leave(notis_sink *sink, notis_status answer) {
  pthread_mutex_unlock(&sink->lock);
  return answer;
}

notis_status nt_sink_begin(notis_sink *sink, uint64_t generation) {
  notis_status answer;
  if (!enter(sink, true, &answer)) return answer;
  return leave(sink, sink->engine->sink_begin ? sink->engine->sink_begin(sink, generation) : NOTIS_ERROR);
}

notis_status nt_sink_upsert(notis_sink *sink, notis_str id, notis_str fingerprint) {
  notis_status answer;
  nt_str i = nt_in(id), f = nt_in(fingerprint);
  if (!enter(sink, is_id(i) && is_text(f, FINGERPRINT_MAX), &answer)) return answer;
  return leave(sink, sink->engine->sink_upsert ? sink->engine->sink_upsert(sink, i, f) : NOTIS_ERROR);
}

notis_status nt_sink_remove(notis_sink *sink, notis_str id) {
  notis_status answer;
  nt_str i = nt_in(id);
  if (!enter(sink, is_id(i), &answer)) return answer;
  return leave(sink, sink->engine->sink_remove ? sink->engine->sink_remove(sink, i) : NOTIS_ERROR);
}

notis_status nt_sink_end(notis_sink *sink, uint64_t generation, notis_scan_end end) {
  notis_status answer;
  if (!enter(sink, end == NOTIS_COMPLETE || end == NOTIS_PARTIAL, &answer)) return answer;
  return leave(sink, sink->engine->sink_end ? sink->engine->sink_end(sink, generation, end) : NOTIS_ERROR);
}

notis_status nt_sink_files(notis_sink *sink, notis_str path, notis_str match) {
  notis_status answer;
  nt_str p = nt_in(path), m = nt_in(match);
  if (!enter(sink, is_text(p, ID_MAX) && is_text(m, ID_MAX), &answer)) return answer;
  return leave(sink, sink->engine->sink_files ? sink->engine->sink_files(sink, p, m) : NOTIS_ERROR);
}
