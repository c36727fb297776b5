#include "living.h"

#include "host/durable.h"
#include "io/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t story_setting(const char *name, uint64_t otherwise) {
  const char *said = getenv(name);
  return said ? strtoull(said, NULL, 10) : otherwise;
}

story_told *story_told_new(void) {
  story_told *told =
      mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (told == MAP_FAILED) fail_msg("no memory that processes share");
  return told;
}

void story_told_free(story_told *told) {
  munmap(told, sizeof *told);
}

/* ---- lines ---- */

enum { DEFAULT_WORKERS = 2 };

static unsigned pick(uint64_t *random, unsigned below) {
  return (unsigned)(nt_random_next(random) % below);
}

static story_end choose_end(uint64_t *random) {
  static const story_end ends[] = {STORY_REOPEN, STORY_AWAY, STORY_AWAY, STORY_KILL, STORY_KILL};
  unsigned end = pick(random, 20);
  return end < sizeof ends / sizeof *ends ? ends[end] : STORY_SETTLE;
}

/* Soon, mostly: few epochs are long. */
static uint64_t choose_moment(uint64_t *random) {
  bool timed = pick(random, 2);
  uint64_t moment = timed ? pick(random, 1u << (8 + pick(random, 8))) : 1 + pick(random, 1u << (1 + pick(random, 8)));
  return moment << 1 | timed;
}

static bool line_is_timed(const story_line *line) {
  return line->moment & 1;
}

/* The line at `at`, from the site as all lines before it would leave it; *burst is how many more its burst has. */
static story_line line_at(const story *s, size_t at, const region *model, unsigned *burst) {
  uint64_t random = nt_hash_combine(s->seed, at);
  story_line line = {.edit = region_choose(model, &random)};
  unsigned more = pick(&random, 3) ? 0 : 1 + pick(&random, STORY_BURST - 1), memo = pick(&random, 12);
  unsigned aside = pick(&random, 24);
  *burst = *burst ? *burst - 1 : more;
  line.joined = *burst > 0;
  line.end = choose_end(&random);
  line.workers = 1 + pick(&random, 8);
  line.shuffle = nt_random_next(&random);
  line.moment = choose_moment(&random);
  line.memo = memo < 5 ? (story_memo)memo : STORY_KEPT;
  line.aside = aside < 4 ? (story_aside)aside : STORY_NO_ASIDE;
  if (s->killed && line.end == STORY_SETTLE) line.end = STORY_KILL;
  if (line.end == STORY_KILL && !s->kills) line.end = STORY_AWAY;
  if (!s->restarts) line.end = STORY_SETTLE;
  if (s->warm) line.end = STORY_AWAY;
  if (s->orderly && (line.memo == STORY_CUT || line.memo == STORY_FLIPPED)) line.memo = STORY_LOST;
  if (s->warm) line.memo = STORY_KEPT;
  return line;
}

/* ---- a life ---- */

void life_give_up(life *l, const char *why) {
  story_told *told = l->told;
  snprintf(told->why, sizeof told->why, "%s", why);
  told->differs = true;
  if (l->story->quiet || l->story->reference) return;
  fprintf(stderr, "seed %llu, edit %zu, chapter %zu: %s\n", (unsigned long long)l->story->seed, told->lines,
          told->chapters, why);
  for (unsigned i = 0; i < l->latest_count; i++) fprintf(stderr, "  after %s\n", l->latest[i]);
}

static void open_engine(life *l, unsigned workers, uint64_t shuffle) {
  const story *s = l->story;
  l->w.options.workers = s->workers ? s->workers : workers;
  l->w.options.shuffle_seed = l->w.options.workers > 1 ? shuffle | 1 : 0;
  l->w.options.ignored_keys = s->ignored_keys;
  l->w.options.ignored_name = s->ignored_name;
  l->w.options.allow_removals = true;
  l->w.options.distrust = s->distrust;
  workspace_open(&l->w);
}

/* ---- engines that come and go ---- */

static void exchange(const char *memo) {
  char old[4200], other[4200];
  snprintf(old, sizeof old, "%s-old", memo);
  snprintf(other, sizeof other, "%s-other", memo);
  rename(memo, other);
  rename(old, memo); /* the first time there is none */
  rename(other, old);
}

static void damage(life *l, const story_line *line) {
  char memo[4096];
  snprintf(memo, sizeof memo, "%s/.notis/memo", l->w.dir);
  switch (line->memo) {
  case STORY_KEPT: return;
  case STORY_LOST: tree_delete(memo); break;
  case STORY_OLD: exchange(memo); break;
  default: tree_damage(memo, line->memo == STORY_CUT, line->shuffle);
  }
  l->told->damaged++;
}

/* Opened again, it may find what the one before had done. */
static void open_again(life *l, const story_line *line) {
  damage(l, line);
  open_engine(l, line->workers, line->shuffle);
  l->told->restarts++;
  l->told->warm += workspace_is_warm(&l->w);
}

/* The engine that is killed is one that finds what another left, and what has been edited since. */
static bool kill_one(life *l, const story_line *line) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (!line_is_timed(line)) nt_failpoint_arm(line->moment >> 1);
    open_engine(l, line->workers, line->shuffle);
    _exit(0);
  }
  if (line_is_timed(line)) {
    usleep((useconds_t)(line->moment >> 1));
    kill(child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  l->told->kills++;
  l->told->killed += killed;
  memset(l->before, 0, sizeof l->before);
  if (killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return true;
  life_give_up(l, "the engine that was to be killed crashed");
  return false;
}

static bool reopen(life *l, const story_line *line) {
  story_outcome before = l->told->outcomes[l->told->chapters];
  bool failed = life_failed(&l->w);
  tree was = life_published(&l->w);
  workspace_close(&l->w);
  open_again(l, line);
  tree is = life_published(&l->w);
  story_outcome after = life_outcome(l, &is);
  bool same = after.files == before.files && after.said == before.said && life_failed(&l->w) == failed;
  if (!same) {
    life_give_up(l, after.files == before.files ? "after a restart something else is said" : "a restart changed files");
    life_print_difference(l, "before", &was, "after", &is);
  }
  tree_deinit(&was);
  tree_deinit(&is);
  return same;
}

/* ---- chapters ---- */

static void write_edit(life *l, const region_edit *e) {
  region_say(&l->region, e, l->latest[l->latest_count]);
  l->edits[l->latest_count++] = *e;
  region_make(&l->region, e);
}

static void print_chapter(const life *l, const story_line *last) {
  static const char *const memos[] = {"", ", the memo gone", ", the memo cut", ", the memo damaged",
                                      ", the memo an old one"};
  static const char *const asides[] = {"", "  - checked\n", "  - explained\n", "  - verified\n"};
  for (unsigned i = 0; i < l->latest_count; i++) fprintf(stderr, "  %s\n", l->latest[i]);
  const char *memo = memos[last->memo];
  switch (last->end) {
  case STORY_SETTLE: fprintf(stderr, "  - settled\n"); break;
  case STORY_REOPEN: fprintf(stderr, "  - settled, then opened again with %u workers%s\n", last->workers, memo); break;
  case STORY_AWAY: fprintf(stderr, "  - while no engine ran; opened with %u workers%s\n", last->workers, memo); break;
  case STORY_KILL:
    fprintf(stderr, "  - while no engine ran; killed %s %llu, then opened with %u workers%s\n",
            line_is_timed(last) ? "after microseconds:" : "at failpoint", (unsigned long long)(last->moment >> 1),
            last->workers, memo);
    break;
  }
  fputs(asides[last->aside], stderr);
}

/* Makes the edits of a chapter, and has an engine take them in. */
static bool live_chapter(life *l, const story_line *lines, size_t count, const story_line *last) {
  bool away = last->end == STORY_AWAY || last->end == STORY_KILL;
  if (last->aside == STORY_EXPLAIN) life_note_pages(l);
  l->followed = !away && !life_failed(&l->w);
  if (away) workspace_close(&l->w);
  l->latest_count = 0;
  for (size_t i = 0; i < count; i++) write_edit(l, &lines[i].edit);
  if (l->story->say) print_chapter(l, last);
  l->told->chapters++;
  if (!away && l->story->tells) {
    nt_engine_settle(l->w.engine);
  } else if (!away) {
    workspace_refresh(&l->w);
  } else {
    if (last->end == STORY_KILL && !kill_one(l, last)) return false;
    open_again(l, last);
  }
  if (l->story->last_only && l->told->lines < l->story->length) return true;
  return life_check(l) && life_step_aside(l, last->aside, last->shuffle) &&
         (last->end != STORY_REOPEN || reopen(l, last));
}

static void count_edit(story_told *told, const char *sort) {
  size_t i = 0;
  while (told->counts[i].sort && strcmp(told->counts[i].sort, sort) != 0) i++;
  assert_true(i < STORY_SORTS - 1);
  told->counts[i].sort = sort;
  told->counts[i].count++;
}

static void live(life *l) {
  const story *s = l->story;
  unsigned burst = 0, count = 0;
  story_line lines[STORY_BURST];
  while (l->told->lines < s->length && (!s->killed || l->told->killed < s->killed)) {
    size_t at = l->told->lines++;
    story_line line = line_at(s, at, &l->model, &burst);
    unsigned left = s->left ? s->left[at] : 0;
    if (!(left & STORY_LEFT_OUT)) {
      l->told->edits++;
      count_edit(l->told, region_sort(&l->model, &line.edit));
      lines[count++] = line;
    }
    region_make(&l->model, &line.edit);
    if (line.joined && l->told->lines < s->length) continue;
    if (left & STORY_ENDS_PLAINLY) line.end = STORY_SETTLE;
    if (left & STORY_ENDS_PLAINLY) line.aside = STORY_NO_ASIDE;
    if (count && !live_chapter(l, lines, count, &line)) return;
    if (s->progress && count && l->told->chapters % 100 == 0) {
      printf("\r%zu edits, %zu restarts, %zu killed", l->told->lines, l->told->restarts, l->told->killed);
      fflush(stdout);
    }
    count = 0;
  }
}

/* To be reached through links from now on. */
static void link_folders(workspace *w) {
  char real[4200], site[4200], folder[4200];
  snprintf(real, sizeof real, "%s-real", w->dir);
  snprintf(site, sizeof site, "%s/s", w->dir);
  snprintf(folder, sizeof folder, "%s/region", w->dir);
  assert_int_equal(rename(site, folder), 0);
  assert_int_equal(symlink("region", site), 0);
  assert_int_equal(rename(w->dir, real), 0);
  assert_int_equal(symlink(real, w->dir), 0);
}

/* In the child. */
static void live_whole(const story *s, story_told *told) {
  life *l = nt_zalloc(sizeof *l);
  l->story = s;
  l->told = told;
  feed_init(&l->f);
  workspace_init(&l->w, &l->f);
  region_init(&l->region, &l->w);
  region_init(&l->model, NULL);
  l->region.tells = s->tells;
  if (s->linked) link_folders(&l->w);
  open_engine(l, DEFAULT_WORKERS, 2);
  if (s->last_only || life_check(l)) live(l);
  told->loads = l->w.site->loads;
  told->scans = l->w.site->sources.scans;
  workspace_deinit(&l->w);
  feed_deinit(&l->f);
  nt_map_deinit(&l->planned);
  nt_arena_free(l->planned_arena);
  free(l);
}

/* ---- in a process of its own ---- */

enum { PATIENCE = 180, TICK = 2000 }; /* seconds in which nothing happens; microseconds between looks */

static void silence(void) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
}

/* False if it hung. */
static bool wait_for(pid_t child, const story_told *told, int *status) {
  size_t seen = told->chapters;
  uint64_t idle = 0;
  while (waitpid(child, status, WNOHANG) == 0) {
    usleep(TICK);
    idle = told->chapters == seen ? idle + TICK : 0;
    seen = told->chapters;
    if (idle < (uint64_t)PATIENCE * 1000000) continue;
    kill(child, SIGKILL);
    waitpid(child, status, 0);
    return false;
  }
  return true;
}

bool story_live(const story *s, story_told *told) {
  char *folder = tree_temp(); /* so that a process that is killed leaves nothing */
  memset(told, 0, offsetof(story_told, outcomes));
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* an assertion ends this process, not a test of cmocka's */
    setenv("TMPDIR", folder, 1);
    free(folder);
    if (s->quiet) silence();
    live_whole(s, told);
    exit(told->differs);
  }
  int status = 0;
  bool ended = wait_for(child, told, &status);
  tree_delete(folder);
  free(folder);
  if (told->differs || (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)) return !told->differs;
  snprintf(told->why, sizeof told->why, "the process %s (%d)", ended ? "ended badly" : "hung", status);
  told->differs = true;
  if (!s->quiet) fprintf(stderr, "seed %llu, edit %zu: %s\n", (unsigned long long)s->seed, told->lines, told->why);
  return false;
}

void story_print_counts(const story_told *told) {
  size_t sorts = 0;
  for (const story_count *c = told->counts; c->sort; c++) sorts++;
  print_message("%zu edits of %zu sorts in %zu chapters; %zu stopped, %zu with faults; %zu restarts, %zu of %zu "
                "kills came in time, %zu memos damaged, %zu questions asked\n",
                told->edits, sorts, told->chapters, told->stopped, told->faulty, told->restarts, told->killed,
                told->kills, told->damaged, told->asides);
  size_t column = 0;
  for (const story_count *c = told->counts; c->sort; c++)
    print_message("%5zu %-22s%s", c->count, c->sort, ++column % 4 && c[1].sort ? "" : "\n");
}
