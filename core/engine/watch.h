/* The engine while it stays: epochs whenever what a site is made of changes, or the clock comes to where an answer
 * ends.
 *
 *     io/watch ──news──► sites: changed, torn, writing ─┐
 *     io/alarm ──ring──► sites: changed                 ├──► turn: what may begin an epoch does
 *     epochs that end ──► the next instant, new layers ─┘
 *
 * Everything here happens on the loop thread. */
#ifndef NT_ENGINE_WATCH_H
#define NT_ENGINE_WATCH_H

#include "engine/engine.h"

/* What the one who watches is told; none may be NULL. */
typedef struct nt_watching {
  /* notis.yaml or a folder of plugins changed. True if a new engine can be opened by it: then the watch ends. */
  bool (*reload)(void *ud);
  /* Everything that came is published, or failed. */
  void (*rested)(void *ud);
  /* A site waits for a file that somebody is writing. */
  void (*waiting)(void *ud, const nt_site *site, nt_str path);
  /* The system lets us watch no more folders; they are looked at every second instead. */
  void (*polls)(void *ud, int error);
  void *ud;
} nt_watching;

typedef enum nt_watch_end { NT_WATCH_STOPPED, NT_WATCH_RELOAD } nt_watch_end;

/* Runs until a signal says that it is enough (SIGINT, SIGTERM, SIGHUP), or a new engine is to take over. What is under
 * way has been given up then; the engine is only good to be closed. */
nt_watch_end nt_engine_watch(nt_engine *engine, const nt_watching *watching);

#endif
